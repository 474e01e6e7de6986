using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Tests.Dialects.Anthropic;

/// <summary>What came of a stream: everything that the relay would learn and pass on.</summary>
/// <param name="Chunks">The events for the client, without the framing that is the same in all.</param>
internal sealed record StreamResult(IReadOnlyList<string> Chunks, Usage? Usage, TextSize Text, string? Error, bool Finished, bool Terminal, bool Malformed)
{
    public const string Frame = """{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[""";
    public const string Delta = Frame + """{"index":0,"delta":{""";
    public const string NotYet = """},"logprobs":null,"finish_reason":null}]}""";
}
