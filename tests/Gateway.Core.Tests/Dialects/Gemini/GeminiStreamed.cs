using Gateway.Core.Dialects;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Tests.Dialects.Gemini;

/// <summary>What became of a stream.</summary>
internal sealed class GeminiStreamed
{
    /// <summary>What the client gets, but for the end mark.</summary>
    public string Output { get; set; } = "";

    public Usage? Usage { get; private set; }

    public TextSize Text { get; private set; }

    public bool Finished { get; private set; }

    public bool IsMalformed { get; private set; }

    public bool IsTerminal { get; private set; }

    public UpstreamRefusal? Error { get; private set; }

    public bool IsOver => IsMalformed || Error is not null;

    /// <summary>The events' data.</summary>
    public string[] Chunks => [.. Output.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(chunk => chunk["data: ".Length..])];

    public void Add(in AnswerEvent seen)
    {
        Usage = seen.Usage ?? Usage;
        Text += seen.Text;
        Finished |= seen.Finished;
        IsMalformed |= seen.IsMalformed;
        IsTerminal |= seen.IsTerminal;
        Error ??= seen.Error;
    }
}
