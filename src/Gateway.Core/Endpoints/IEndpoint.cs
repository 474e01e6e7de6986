using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Dialects;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Endpoints;

/// <summary>
/// One path of the inference API, as its client sees it: how its body is read and weighed, what its answers and errors look like. All else
/// (keys, limits, money, routing, ledger) is the pipeline's, and the same for every endpoint. How it reaches a provider is its
/// <see cref="IPassage"/> to that provider's dialect.
/// </summary>
public interface IEndpoint
{
    /// <summary>The path as OpenAI has it, <c>/v1</c> included; ledger and idempotency know the endpoint by it, whatever prefix the gateway serves it under.</summary>
    string Path { get; }

    /// <summary>The top-level parameter that holds the prompt, for refusals that name it.</summary>
    string Prompt { get; }

    /// <summary>Whether a model that states no formula for pictures must refuse them; else they weigh nothing there.</summary>
    bool WeighsImages => true;

    /// <summary>
    /// What ends a stream in the client's form, a whole event; it waits for the ledger. Empty where the provider's own last event does, which
    /// <see cref="AnswerEvent.IsTerminal"/> and <see cref="AnswerEvent.Passes"/> then.
    /// </summary>
    ReadOnlyMemory<byte> StreamEnd => default;

    /// <summary>The JSON value that <c>object</c> of a whole answer must have, whatever a provider wrote there; empty to leave it alone.</summary>
    ReadOnlyMemory<byte> AnswerObject => default;

    /// <summary>What a quote of a request calls itself; null where there is none to be had.</summary>
    string? QuoteObject => null;

    /// <summary>Whether it takes a body of JSON.</summary>
    bool TakesJson => true;

    /// <summary>The fields of a form that are read, each of which may come once; null where no form is taken.</summary>
    FrozenSet<string>? FormFields => null;

    /// <summary>What the GenAI conventions call what it asks for, a value of <c>gen_ai.operation.name</c>.</summary>
    string Operation => "chat";

    /// <summary>What is asked of the provider to answer with, where no stream is.</summary>
    string Accepts => "application/json";

    /// <summary>Reads a form.</summary>
    /// <param name="form">The form, whose files are read where they are kept, no more of them than their headers.</param>
    /// <param name="fields">Its fields, as <see cref="Requests.FormFields"/> writes them: ranges in the result are offsets into it.</param>
    /// <param name="maxImages">The most images in one request.</param>
    /// <param name="limits">What one image may be.</param>
    /// <param name="request">What was read.</param>
    /// <param name="error">Why it was refused: always a 4xx that names the field.</param>
    bool TryReadForm(
        FormBody form, ReadOnlyMemory<byte> fields, int maxImages, in ImageLimits limits, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error) =>
        throw new NotSupportedException("It takes no form.");

    /// <summary>Whether an answer of this media type, that is no JSON and no stream of events, goes on as it is.</summary>
    bool PassesAnswer(ParsedRequest request, string? mediaType) => false;

    /// <summary>Whether a model brings what is asked for here, as far as its card tells.</summary>
    bool IsOfKind(ModelCard card) => card.Generates;

    /// <summary>A card's parameter policy in the names of this endpoint.</summary>
    ParameterPolicy PolicyOf(ParameterPolicy card) => card;

    /// <summary>Whether its clients may send their key in <c>x-api-key</c>, and read Anthropic's headers: <c>request-id</c>, <c>anthropic-ratelimit-*</c>.</summary>
    bool SpeaksAnthropic => false;

    /// <summary>Reads the body in one pass.</summary>
    /// <param name="body">The whole body. Ranges in the result are offsets into it.</param>
    /// <param name="maxImages">The most images in one request.</param>
    /// <param name="request">What was read.</param>
    /// <param name="error">Why it was refused: always a 400 that names the field.</param>
    bool TryRead(ReadOnlyMemory<byte> body, int maxImages, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error);

    /// <summary>Tokens of all text of a request, for admission: its overhead included, its pictures not.</summary>
    long EstimateText(ParsedRequest request);

    /// <summary>The exact tokens of the same text. A body that is broken counts as far as it can be read, and is not exact.</summary>
    /// <param name="body">The body, perhaps with nothing in place of its pictures.</param>
    /// <param name="encoder">Of the model that serves.</param>
    PromptCount CountText(ReadOnlySpan<byte> body, BytePairEncoder encoder);

    /// <summary>How its requests and answers go to and from a dialect. The same object each time; null where the dialect cannot serve it.</summary>
    IPassage? PassageTo(IDialect dialect);

    /// <summary>Reads a whole answer in the client's form, in place.</summary>
    /// <param name="json">The whole body of the answer.</param>
    /// <param name="request">What it answers.</param>
    /// <param name="answer">What it says.</param>
    /// <param name="text">Takes the text of the answer, or null where nobody will count it.</param>
    /// <returns>False where it cannot be read.</returns>
    bool TryReadAnswer(ReadOnlySpan<byte> json, ParsedRequest request, out Answer answer, ReceivedText? text = null);

    /// <summary>The HTTP status under which a refusal goes out.</summary>
    int StatusOf(GatewayError error) => error.Status;

    /// <summary>Writes a refusal as the body of an answer.</summary>
    void WriteError(IBufferWriter<byte> output, GatewayError error, string? traceId, string? requestId = null) => ErrorBody.Write(output, error, traceId);

    /// <summary>Writes a refusal as the last event of a stream that has begun.</summary>
    void WriteErrorEvent(IBufferWriter<byte> output, GatewayError error, string? traceId)
    {
        output.Write("data: "u8);
        WriteError(output, error, traceId);
        output.Write("\n\n"u8);
    }
}
