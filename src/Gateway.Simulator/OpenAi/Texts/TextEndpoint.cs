using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi.Texts;

/// <summary><c>/embeddings</c>, <c>/completions</c> and <c>/moderations</c>. Directives stand in the model's name or in the texts.</summary>
/// <param name="options">The clock, and the usual behaviour.</param>
/// <param name="script">What is to be done with the next requests.</param>
/// <param name="writeHeaders">Writes the provider's headers, for an answer's number and model.</param>
/// <param name="errorOf">The error that a behaviour asks for, for a model.</param>
/// <param name="filtered">A content filter looks at prompts.</param>
internal sealed class TextEndpoint(
    SimulatorOptions options, SimulatorScript script, Action<IHeaderDictionary, long, string> writeHeaders, Func<Behavior, string?, IProviderError> errorOf, bool filtered)
{
    private const string Embeddings = "/embeddings";
    private const string Completions = "/completions";
    private const string Moderations = "/moderations";

    private readonly TimeProvider _time = options.Time;
    private readonly BehaviorLayers _layers = new(options.Default, script);
    private long _number;

    /// <summary>Whether a path behind the version, or behind a deployment, is one of these.</summary>
    public static bool Serves(string rest) => rest is Embeddings or Completions or Moderations;

    /// <param name="context">The request's.</param>
    /// <param name="rest">One of the paths that <see cref="Serves"/> knows.</param>
    /// <param name="deployment">What counts in place of the body's model; null = the body's.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="cancellationToken">The client's.</param>
    public async Task HandleAsync(HttpContext context, string rest, string? deployment, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var response = context.Response;
        if (TextRequestReader.Read(body.Span) is not { } request)
        {
            await ErrorAnswer.SendAsync(response, OpenAiError.BrokenJson, _time, cancellationToken);
            return;
        }

        if ((deployment ?? (request.Model is null && rest is Moderations ? ModerationAnswer.UsualModel : null)) is { } model)
        {
            request.Name(model);
        }

        if (Missing(request, rest) is { } missing)
        {
            await ErrorAnswer.SendAsync(response, OpenAiError.Missing(missing), _time, cancellationToken);
            return;
        }

        if (!_layers.TryResolve(request.ModelDirectives, body.Span[request.Input], out var behavior, out var complaint))
        {
            await ErrorAnswer.SendAsync(response, OpenAiError.UnusableDirective(complaint), _time, cancellationToken);
            return;
        }

        await Opening.PassAsync(context, behavior, _time, cancellationToken);
        var number = Interlocked.Increment(ref _number);
        writeHeaders(response.Headers, number, request.Model ?? "");
        if (behavior.Fails || behavior.Blocked == true)
        {
            await ErrorAnswer.SendAsync(response, errorOf(behavior, request.Model), behavior, _time, cancellationToken);
            return;
        }

        await (rest switch
        {
            Embeddings => EmbeddingAnswer.SendAsync(response, request, behavior, _time, cancellationToken),
            Moderations => ModerationAnswer.SendAsync(response, request, behavior, number, _time, cancellationToken),
            _ => CompletionAnswer.SendAsync(response, new CompletionAnswer(request, behavior, number, _time.GetUtcNow().ToUnixTimeSeconds(), filtered), _time, cancellationToken),
        });
    }

    private static string? Missing(TextRequest request, string rest) =>
        request.Model is null or "" ? "model"
        : request.Texts.Count == 0 && request.Images == 0 ? (rest is Completions ? "prompt" : "input")
        : null;
}
