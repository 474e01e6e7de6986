using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Errors;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Endpoints;

/// <summary>What embeddings, text completions and moderations share: texts without messages around them, and bodies that pass to dialects whose bodies are OpenAI's, and no other.</summary>
/// <param name="route">Behind the version, as OpenAI names it.</param>
/// <param name="prompt">The field that holds the texts.</param>
internal abstract class TextEndpoint(string route, string prompt) : IEndpoint, IPassage
{
    private readonly byte[] _prompt = System.Text.Encoding.UTF8.GetBytes(prompt);

    public string Path { get; } = $"/v1{route}";

    public string Route => route;

    public string Prompt => prompt;

    public abstract string Operation { get; }

    public virtual bool WeighsImages => true;

    public virtual string? QuoteObject => null;

    public virtual ReadOnlyMemory<byte> StreamEnd => default;

    public virtual ReadOnlyMemory<byte> AnswerObject => default;

    public abstract ParameterPolicy PolicyOf(ParameterPolicy card);

    public abstract bool IsOfKind(ModelCard card);

    public abstract bool TryRead(ReadOnlyMemory<byte> body, int maxImages, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error);

    public long EstimateText(ParsedRequest request) => TextEstimate.Tokens(request.Text) + request.GivenTokens;

    public PromptCount CountText(ReadOnlySpan<byte> body, BytePairEncoder encoder) => InputCounter.Count(body, _prompt, encoder);

    public IPassage? PassageTo(IDialect dialect) => dialect.Translation is null ? this : null;

    public Outcome<SplicedBody> WriteRequest(in UpstreamRequest request) => OpenAiRequest.Write(request);

    public virtual TextSize ReadBegun(ReadOnlySpan<byte> answer, ReceivedText? text) => default;

    // Most of them stream nothing; a provider that does all the same says what nobody can read.
    public virtual IAnswerEvents BeginStream(in AnswerFrame frame, ParsedRequest request, ReceivedText? text) => NoEvents.Instance;

    public abstract bool TryReadAnswer(ReadOnlySpan<byte> json, ParsedRequest request, out Answer answer, ReceivedText? text = null);
}
