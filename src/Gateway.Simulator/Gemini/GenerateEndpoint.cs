using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Gateway.Simulator.Answers;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Gemini;

/// <summary><c>POST /v1beta/models/{model}:generateContent</c>, <c>:streamGenerateContent</c> and <c>:countTokens</c>.</summary>
internal sealed class GenerateEndpoint(SimulatorOptions options, SimulatorScript script)
{
    private const string Models = "/v1beta/models/";
    private const int LargestBody = 20 * 1024 * 1024;

    private readonly TimeProvider _time = options.Time;
    private readonly BehaviorLayers _layers = new(options.Default, script);
    private long _number;

    public async Task HandleAsync(HttpContext context, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var response = context.Response;
        if (!TryEnter(context.Request, path, body.Length, out var model, out var method, out var refusal)
            || !TryRead(body.Span, model, method, out var request, out var behavior, out refusal))
        {
            await ErrorAnswer.SendAsync(response, refusal, _time, cancellationToken);
            return;
        }

        await Opening.PassAsync(context, behavior, _time, cancellationToken);

        GeminiHeaders.Write(response.Headers, _time.GetElapsedTime(began));
        if (behavior.Fails)
        {
            await ErrorAnswer.SendAsync(response, GeminiError.Of(behavior, request.Model), behavior, _time, cancellationToken);
        }
        else if (method is "countTokens")
        {
            await SendCountAsync(response, request, behavior, cancellationToken);
        }
        else
        {
            var answer = new GenerateAnswer(request, behavior, Interlocked.Increment(ref _number));
            var asEvents = context.Request.Query["alt"] == "sse";
            await (request.Stream && asEvents && behavior.IgnoreStream != true
                ? GenerateStream.SendAsync(response, answer, _time, cancellationToken)
                : GenerateJson.SendAsync(response, answer, asList: request.Stream && !asEvents, _time, cancellationToken));
        }
    }

    private bool TryEnter(
        HttpRequest request, string path, int length, out string model, out string method, [NotNullWhen(false)] out GeminiError? refusal)
    {
        (model, method) = ("", "");
        var key = request.Headers["x-goog-api-key"].ToString();
        if (key is "")
        {
            key = request.Query["key"].ToString();
        }

        var colon = path.LastIndexOf(':');
        if (request.Method is not "POST" || !path.StartsWith(Models, StringComparison.Ordinal) || colon <= Models.Length)
        {
            refusal = GeminiError.UnknownPath;
            return false;
        }

        model = path[Models.Length..colon];
        method = path[(colon + 1)..];
        refusal = method is not ("generateContent" or "streamGenerateContent" or "countTokens") ? GeminiError.UnknownPath
            : key is "" ? GeminiError.NoKey
            : options.ApiKey is not null && key != options.ApiKey ? GeminiError.InvalidKey
            : length > LargestBody ? GeminiError.TooLarge
            : null;
        return refusal is null;
    }

    private bool TryRead(
        ReadOnlySpan<byte> body,
        string model,
        string method,
        [NotNullWhen(true)] out GenerateRequest? request,
        [NotNullWhen(true)] out Behavior? behavior,
        [NotNullWhen(false)] out GeminiError? refusal)
    {
        behavior = null;
        request = GenerateRequestReader.Read(body, model, method is "countTokens", out refusal);
        if (request is null)
        {
            refusal ??= GeminiError.BrokenJson;
            return false;
        }

        request.Stream = method is "streamGenerateContent";
        var parts = request.LastUserParts is { } last ? JsonMarshal.GetRawUtf8Value(last) : [];
        var resolved = _layers.TryResolve(request.ModelDirectives, parts, out behavior, out var complaint);
        refusal = resolved ? null : GeminiError.Invalid(complaint ?? "");
        return resolved;
    }

    private async Task SendCountAsync(HttpResponse response, GenerateRequest request, Behavior behavior, CancellationToken cancellationToken)
    {
        var counts = TokenCounts.Of(behavior, request.PromptTokens, 0, 0);
        using var buffer = new Utf8Buffer();
        buffer.Raw("{\"totalTokens\":"u8);
        buffer.Number(counts.Prompt);
        Usage.WriteDetails(counts, request.ImageTokens, buffer);
        buffer.Raw("}"u8);
        await JsonAnswer.SendAsync(response, buffer.Memory, behavior, _time, cancellationToken);
    }
}
