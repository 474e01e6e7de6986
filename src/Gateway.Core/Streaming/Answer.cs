using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>What one whole answer, in the client's form, says that the gateway acts on. Ranges are offsets into its JSON.</summary>
public readonly record struct Answer
{
    /// <summary>Whether it holds what was asked for, as <c>choices</c> or <c>data</c>.</summary>
    public bool IsAnswer { get; init; }

    /// <summary>Whether it is an error rather than an answer.</summary>
    public bool IsError { get; init; }

    /// <summary>The value of <c>model</c>, quotes included; empty where absent.</summary>
    public ByteRange Model { get; init; }

    /// <summary>The value of <c>object</c>, quotes included; empty where absent.</summary>
    public ByteRange Object { get; init; }

    /// <summary>The usage, in OpenAI's meaning, where it tells one; not judged yet, see <see cref="UsageJudge"/>.</summary>
    public Usage? Usage { get; init; }

    /// <summary>Whether it says itself that it failed, though there is an answer in it.</summary>
    public bool HasFailed { get; init; }

    /// <summary>What the provider stores of it, if it stores it; or null.</summary>
    public StoredOutput? Stored { get; init; }

    /// <summary>Text of the answer.</summary>
    public TextSize Text { get; init; }
}
