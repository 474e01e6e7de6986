using System.Text.RegularExpressions;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.OpenAi;
using Gateway.Simulator.OpenAi.Texts;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Azure;

/// <summary>
/// Azure OpenAI: <c>POST /openai/deployments/{name}/chat/completions?api-version=...</c>, where the path names the
/// deployment, and <c>POST /openai/v1/chat/completions</c>, where the body's model does; <c>/openai/responses?api-version=...</c> and
/// <c>/openai/v1/responses</c>, where it always does; embeddings and text completions by the paths of chat completions. Bodies are OpenAI's.
/// </summary>
internal sealed partial class ChatEndpoint(SimulatorOptions options, SimulatorScript script)
{
    private const string Classic = "/openai/deployments/";
    private const string V1 = "/openai/v1";
    private const string Chat = "/chat/completions";
    private const string Responses = "/openai/responses";
    private const string ResponsesV1 = "/openai/v1/responses";

    // It moderates by its content filter alone.
    private static readonly string[] OfDeployment = [Chat, "/completions", "/embeddings"];

    private readonly TimeProvider _time = options.Time;
    private readonly BehaviorLayers _layers = new(options.Default, script);
    private readonly ResponsesEndpoint _responses = new(options, script, AzureHeaders.Write, AzureError.Of);
    private readonly TextEndpoint _texts = new(options, script, AzureHeaders.Write, AzureError.Of, filtered: true);
    private long _number;

    public async Task HandleAsync(HttpContext context, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var response = context.Response;
        if (!MayEnter(context.Request.Headers))
        {
            await ErrorAnswer.SendAsync(response, AzureError.NoKey, _time, cancellationToken);
            return;
        }

        if (TryReadResponses(path, context.Request.Query, out var rest) && ResponsesEndpoint.Serves(context.Request.Method, rest))
        {
            await _responses.HandleAsync(context, rest, body, cancellationToken);
            return;
        }

        if (context.Request.Method is not "POST" || !TryReadPath(path, context.Request.Query, out var deployment, out var operation))
        {
            await ErrorAnswer.SendAsync(response, AzureError.NoResource, _time, cancellationToken);
            return;
        }

        if (operation != Chat)
        {
            await _texts.HandleAsync(context, operation, deployment, body, cancellationToken);
            return;
        }

        if (!OpenAi.ChatEndpoint.TryRead(_layers, body.Span, deployment, out var request, out var behavior, out var refusal))
        {
            await ErrorAnswer.SendAsync(response, refusal, _time, cancellationToken);
            return;
        }

        await Opening.PassAsync(context, behavior, _time, cancellationToken);

        var number = Interlocked.Increment(ref _number);
        AzureHeaders.Write(response.Headers, number, request.Model ?? "");
        if (behavior.Fails || behavior.Blocked == true)
        {
            await ErrorAnswer.SendAsync(response, AzureError.Of(behavior, request.Model), Throttled(behavior), _time, cancellationToken);
            return;
        }

        var answer = ChatAnswer.To(request, behavior, number, _time.GetUtcNow().ToUnixTimeSeconds(), filtered: true);
        await (request.Stream && behavior.IgnoreStream != true
            ? ChatStream.SendAsync(response, answer, _time, cancellationToken)
            : ChatJson.SendAsync(response, answer, _time, cancellationToken));
    }

    /// <summary>A 429 tells how long to wait, whether or not the behaviour says so.</summary>
    private static Behavior Throttled(Behavior behavior) =>
        behavior is { Status: 429, RetryAfter: null, RetryAfterMs: null }
            ? behavior with { RetryAfter = "1", RetryAfterMs = "1000" }
            : behavior;

    /// <summary>The deployment in the path; null for the v1 API, where the body names it. And what is asked of it.</summary>
    private static bool TryReadPath(string path, IQueryCollection query, out string? deployment, out string operation)
    {
        var rest = path.StartsWith(V1, StringComparison.Ordinal) ? path[V1.Length..] : "";
        (deployment, operation) = (null, rest);
        if (OfDeployment.Contains(rest))
        {
            return true;
        }

        // A name may hold slashes.
        operation = Array.Find(OfDeployment, known => path.EndsWith(known, StringComparison.Ordinal)) ?? "";
        if (operation is "" || !path.StartsWith(Classic, StringComparison.Ordinal) || path.Length <= Classic.Length + operation.Length || !Version().IsMatch(query["api-version"].ToString()))
        {
            return false;
        }

        deployment = path[Classic.Length..^operation.Length];
        return true;
    }

    /// <summary>What lies behind <c>/responses</c>: below v1, or with a version in the query. Either way the body names the deployment.</summary>
    private static bool TryReadResponses(string path, IQueryCollection query, out string rest)
    {
        var root = path.StartsWith(ResponsesV1, StringComparison.Ordinal) ? ResponsesV1 : Responses;
        var isServed = path.StartsWith(root, StringComparison.Ordinal) && (root == ResponsesV1 || Version().IsMatch(query["api-version"].ToString()));
        rest = isServed ? path[root.Length..] : "";
        return isServed;
    }

    private bool MayEnter(IHeaderDictionary headers)
    {
        var key = headers["api-key"].ToString();
        if (key is "" && headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token])
        {
            key = token;
        }

        return key is not "" && (options.ApiKey is null || key == options.ApiKey);
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}(-preview)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
