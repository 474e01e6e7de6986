using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Anthropic;

/// <summary><c>POST /v1/messages</c>, and <c>POST /v1/messages/count_tokens</c>.</summary>
internal sealed class MessagesEndpoint(SimulatorOptions options, SimulatorScript script)
{
    private const string Messages = "/v1/messages";
    private const string CountTokens = "/v1/messages/count_tokens";
    private const int LargestBody = 32 * 1024 * 1024;

    private readonly TimeProvider _time = options.Time;
    private readonly BehaviorLayers _layers = new(options.Default, script);
    private long _number;

    public async Task HandleAsync(HttpContext context, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var response = context.Response;
        var number = Interlocked.Increment(ref _number);
        var id = $"req_sim{number:x16}";
        response.Headers["request-id"] = id;
        if (!TryEnter(context.Request, path, body.Length, out var refusal)
            || !TryRead(body.Span, path is CountTokens, out var request, out var behavior, out refusal))
        {
            await ErrorAnswer.SendAsync(response, refusal with { RequestId = id }, _time, cancellationToken);
            return;
        }

        await Opening.PassAsync(context, behavior, _time, cancellationToken);

        AnthropicHeaders.Write(response.Headers, _time.GetUtcNow());
        if (behavior.Fails || behavior.Blocked == true)
        {
            var error = AnthropicError.Of(behavior, request.Model) with { RequestId = id };
            await ErrorAnswer.SendAsync(response, error, behavior, _time, cancellationToken);
        }
        else if (path is CountTokens)
        {
            await SendCountAsync(response, behavior.PromptTokens ?? request.PromptTokens, behavior, cancellationToken);
        }
        else
        {
            var answer = new MessageAnswer(request, behavior, number);
            await (request.Stream && behavior.IgnoreStream != true
                ? MessageStream.SendAsync(response, answer, _time, cancellationToken)
                : MessageJson.SendAsync(response, answer, _time, cancellationToken));
        }
    }

    private bool TryEnter(HttpRequest request, string path, int length, [NotNullWhen(false)] out AnthropicError? refusal)
    {
        var headers = request.Headers;
        var key = headers["x-api-key"].ToString();
        if (key is "" && headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token])
        {
            key = token;
        }

        refusal = request.Method is not "POST" || path is not (Messages or CountTokens) ? AnthropicError.UnknownPath
            : key is "" ? AnthropicError.NoKey
            : options.ApiKey is not null && key != options.ApiKey ? AnthropicError.InvalidKey
            : headers["anthropic-version"].ToString() switch
            {
                "2023-06-01" or "2023-01-01" => length > LargestBody ? AnthropicError.TooLarge : null,
                "" => AnthropicError.Invalid("anthropic-version: header is required"),
                _ => AnthropicError.Invalid("anthropic-version: there is no such version"),
            };
        return refusal is null;
    }

    private bool TryRead(
        ReadOnlySpan<byte> body,
        bool countsOnly,
        [NotNullWhen(true)] out MessageRequest? request,
        [NotNullWhen(true)] out Behavior? behavior,
        [NotNullWhen(false)] out AnthropicError? refusal)
    {
        behavior = null;
        request = MessageRequestReader.Read(body, countsOnly, out refusal);
        if (request is null)
        {
            refusal ??= AnthropicError.BrokenJson;
            return false;
        }

        var content = request.LastUserContent is { } last ? JsonMarshal.GetRawUtf8Value(last) : [];
        var resolved = _layers.TryResolve(request.ModelDirectives, content, out behavior, out var complaint);
        refusal = resolved ? null : AnthropicError.Invalid(complaint ?? "");
        return resolved;
    }

    private async Task SendCountAsync(HttpResponse response, long tokens, Behavior behavior, CancellationToken cancellationToken)
    {
        using var buffer = new Utf8Buffer();
        buffer.Raw("{\"input_tokens\":"u8);
        buffer.Number(tokens);
        buffer.Raw("}"u8);
        await JsonAnswer.SendAsync(response, buffer.Memory, behavior, _time, cancellationToken);
    }
}
