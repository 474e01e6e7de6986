using System.Buffers;
using System.Collections.Immutable;
using Gateway.Core.Dialects;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Endpoints;

/// <summary>
/// How the requests of one endpoint, and their answers, go to and from one dialect: as they are, or translated. An endpoint whose
/// bodies pass through is its own passage to the dialects that speak it.
/// </summary>
public interface IPassage
{
    private static readonly ImmutableArray<string> OpenAiHeaders = ["OpenAI-Beta"];

    /// <summary>Where it is posted, by the path that <see cref="IDialect.Address"/> knows: <c>/chat/completions</c>.</summary>
    string Route { get; }

    /// <summary>The headers of the client that a provider may need. Everything else, cookies and keys above all, stays here.</summary>
    ImmutableArray<string> ClientHeaders => OpenAiHeaders;

    /// <summary>Whether whole answers come in another form than the client's, and <see cref="TryWriteAnswer"/> makes it.</summary>
    bool TranslatesAnswers => false;

    /// <summary>The body as the provider takes it, large images still as stretches of the client's own bytes; a refusal by name where the dialect cannot say it.</summary>
    Outcome<SplicedBody> WriteRequest(in UpstreamRequest request);

    /// <summary>Writes the provider's whole answer in the client's form; only where <see cref="TranslatesAnswers"/>.</summary>
    /// <param name="answer">The provider's.</param>
    /// <param name="frame">What a translated answer carries.</param>
    /// <param name="request">What it answers.</param>
    /// <param name="output">Takes what is written.</param>
    /// <returns>False where it is none.</returns>
    bool TryWriteAnswer(ReadOnlySpan<byte> answer, in AnswerFrame frame, ParsedRequest request, IBufferWriter<byte> output) => false;

    /// <summary>The text in the beginning of a whole answer whose rest never came, as the provider sent it.</summary>
    TextSize ReadBegun(ReadOnlySpan<byte> answer, ReceivedText? text) => default;

    /// <summary>Begins to read one stream.</summary>
    /// <param name="frame">What a translated stream carries.</param>
    /// <param name="request">What it answers.</param>
    /// <param name="text">Takes the text of the answer as the inside of JSON strings, or null where nobody will count it.</param>
    IAnswerEvents BeginStream(in AnswerFrame frame, ParsedRequest request, ReceivedText? text);
}
