using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>What one answer about images or audio, or one event of its stream, says that the gateway acts on. Ranges are offsets into its JSON.</summary>
public struct MediaAnswer
{
    /// <summary>The value of <c>type</c>, without its quotes; empty where absent.</summary>
    public ByteRange Type { get; set; }

    /// <summary>Whether there is a <c>data</c> array.</summary>
    public bool HasData { get; set; }

    /// <summary>Objects in that array.</summary>
    public int Images { get; set; }

    /// <summary>Whether there is a <c>text</c>.</summary>
    public bool HasText { get; set; }

    /// <summary>Whether there is an <c>error</c> that is neither null nor false.</summary>
    public bool HasError { get; set; }

    /// <summary>Of <c>text</c> and <c>delta</c>.</summary>
    public TextSize Text { get; set; }

    /// <summary>The usage, where it is an object; not judged yet.</summary>
    public Usage? Usage { get; set; }
}
