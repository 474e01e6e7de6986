using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Tests.Dialects.Messages;

/// <summary>What came of a stream: everything that the relay would learn and pass on.</summary>
internal sealed record MessagesStreamed(string Events, Usage? Usage, TextSize Text, string? Error, bool Finished, bool Terminal, bool Malformed)
{
    public bool Goes => this is { Terminal: false, Malformed: false, Error: null };
}
