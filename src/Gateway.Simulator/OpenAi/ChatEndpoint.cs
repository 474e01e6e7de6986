using System.Diagnostics.CodeAnalysis;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatEndpoint(SimulatorOptions options, SimulatorScript script)
{
    private readonly TimeProvider _time = options.Time;
    private readonly BehaviorLayers _layers = new(options.Default, script);
    private long _number;

    public async Task HandleAsync(HttpContext context, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var response = context.Response;
        if (!TryRead(_layers, body.Span, deployment: null, out var request, out var behavior, out var refusal))
        {
            await ErrorAnswer.SendAsync(response, refusal, _time, cancellationToken);
            return;
        }

        await Opening.PassAsync(context, behavior, _time, cancellationToken);

        var number = Interlocked.Increment(ref _number);
        OpenAiHeaders.Write(response.Headers, number, _time.GetElapsedTime(began));
        if (behavior.Fails || behavior.Blocked == true)
        {
            await ErrorAnswer.SendAsync(response, OpenAiError.Of(behavior, request.Model), behavior, _time, cancellationToken);
            return;
        }

        var answer = ChatAnswer.To(request, behavior, number, _time.GetUtcNow().ToUnixTimeSeconds());
        await (request.Stream && behavior.IgnoreStream != true
            ? ChatStream.SendAsync(response, answer, _time, cancellationToken)
            : ChatJson.SendAsync(response, answer, _time, cancellationToken));
    }

    /// <summary>Reads a request and what is to be done with it.</summary>
    /// <param name="layers">Where behaviour comes from.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="deployment">What counts in place of the body's model; null = the body's.</param>
    /// <param name="request">What was read.</param>
    /// <param name="behavior">How to answer it.</param>
    /// <param name="refusal">Why it cannot be answered.</param>
    public static bool TryRead(
        BehaviorLayers layers,
        ReadOnlySpan<byte> body,
        string? deployment,
        [NotNullWhen(true)] out ChatRequest? request,
        [NotNullWhen(true)] out Behavior? behavior,
        [NotNullWhen(false)] out OpenAiError? refusal)
    {
        behavior = null;
        request = ChatRequestReader.Read(body);
        if (request is null)
        {
            refusal = OpenAiError.BrokenJson;
            return false;
        }

        if (deployment is not null)
        {
            request.Name(deployment);
        }

        if (request.Model is null or "" || request.Messages == 0)
        {
            refusal = OpenAiError.Missing(request.Model is null or "" ? "model" : "messages");
            return false;
        }

        var resolved = layers.TryResolve(request.ModelDirectives, body[request.LastUserContent], out behavior, out var complaint);
        refusal = resolved ? null : OpenAiError.UnusableDirective(complaint ?? "");
        return resolved;
    }
}
