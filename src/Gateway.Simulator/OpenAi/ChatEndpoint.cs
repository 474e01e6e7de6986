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
        if (!TryRead(body.Span, out var request, out var behavior, out var refusal))
        {
            await refusal.SendAsync(response, Behavior.Normal, _time, cancellationToken);
            return;
        }

        await Opening.PassAsync(context, behavior, _time, cancellationToken);

        var number = Interlocked.Increment(ref _number);
        OpenAiHeaders.Write(response.Headers, number, _time.GetElapsedTime(began));
        if (behavior.Fails)
        {
            await ErrorAnswer.SendAsync(response, behavior, request.Model, _time, cancellationToken);
            return;
        }

        var answer = ChatAnswer.To(request, behavior, number, _time.GetUtcNow().ToUnixTimeSeconds());
        await (request.Stream && behavior.IgnoreStream != true
            ? ChatStream.SendAsync(response, answer, _time, cancellationToken)
            : ChatJson.SendAsync(response, answer, _time, cancellationToken));
    }

    private bool TryRead(ReadOnlySpan<byte> body, out ChatRequest request, out Behavior behavior, out OpenAiError refusal)
    {
        behavior = Behavior.Normal;
        refusal = OpenAiError.BrokenJson;
        if (ChatRequestReader.Read(body) is not { } read)
        {
            request = new ChatRequest();
            return false;
        }

        request = read;
        if (request.Model is null or "" || request.Messages == 0)
        {
            refusal = OpenAiError.Missing(request.Model is null or "" ? "model" : "messages");
            return false;
        }

        if (!_layers.TryResolve(request.ModelDirectives, body[request.LastUserContent], out var resolved, out var complaint))
        {
            refusal = OpenAiError.UnusableDirective(complaint);
            return false;
        }

        behavior = resolved;
        return true;
    }
}
