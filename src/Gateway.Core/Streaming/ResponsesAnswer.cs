using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>What one response, or one event of its stream, says that the gateway acts on. Ranges are offsets into its JSON.</summary>
public struct ResponsesAnswer
{
    /// <summary>The value of an event's <c>type</c>, quotes included; empty where absent, as in a whole response.</summary>
    public ByteRange Type { get; set; }

    /// <summary>The value of the response's <c>model</c>, quotes included; empty where absent.</summary>
    public ByteRange Model { get; set; }

    /// <summary>The value of the response's <c>id</c>, quotes included; empty where absent.</summary>
    public ByteRange Id { get; set; }

    /// <summary>The value of the response's <c>error</c>; empty where absent or null.</summary>
    public ByteRange Error { get; set; }

    /// <summary>The usage, where it is an object; not judged yet, see <see cref="UsageJudge"/>.</summary>
    public Usage? Usage { get; set; }

    /// <summary>Whether the response has an <c>output</c> array.</summary>
    public bool HasOutput { get; set; }

    /// <summary>The ids of the output's items, quotes included; null where there are none.</summary>
    public List<ByteRange>? Items { get; set; }

    /// <summary>Whether the response's <c>status</c> is <c>failed</c>.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Text of the answer: what an event adds, or all of a response's output.</summary>
    public TextSize Text { get; set; }

    /// <summary>What the event is to a stream.</summary>
    public ResponsesEventKind Kind { get; set; }
}
