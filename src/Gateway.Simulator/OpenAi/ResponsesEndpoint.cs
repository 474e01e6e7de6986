using System.Collections.Concurrent;
using System.Text;
using Gateway.Simulator.Answers;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary>
/// <c>/v1/responses</c> and what lies under it: making a response, counting its input, and asking for, cancelling and deleting one that is
/// stored. What is stored is everybody's who has a key, as it is with a provider's account.
/// </summary>
/// <param name="options">The clock, and the usual behaviour.</param>
/// <param name="script">What is to be done with the next requests.</param>
/// <param name="writeHeaders">Writes the provider's headers, for an answer's number and model.</param>
/// <param name="errorOf">The error that a behaviour asks for, for a model.</param>
internal sealed class ResponsesEndpoint(
    SimulatorOptions options, SimulatorScript script, Action<IHeaderDictionary, long, string> writeHeaders, Func<Behavior, string?, IProviderError> errorOf)
{
    // Of those that nobody deletes.
    private const int MostStored = 10_000;

    private readonly TimeProvider _time = options.Time;
    private readonly BehaviorLayers _layers = new(options.Default, script);
    private readonly ConcurrentDictionary<string, StoredResponse> _stored = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _items = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Id, string[] Items)> _order = new();
    private readonly int _run = Random.Shared.Next();
    private long _number;

    /// <summary>Whether a method and a path are among those served here.</summary>
    /// <param name="rest">The path behind <c>/responses</c>.</param>
    public static bool Serves(string method, string rest) => (method, Depth(rest)) switch
    {
        ("POST", 0) => true,
        ("POST", 1) => rest is "/input_tokens",
        ("GET" or "DELETE", 1) => true,
        ("POST", 2) => rest.EndsWith("/cancel", StringComparison.Ordinal),
        ("GET", 2) => rest.EndsWith("/input_items", StringComparison.Ordinal),
        _ => false,
    };

    public Task HandleAsync(HttpContext context, string rest, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        (context.Request.Method, Depth(rest)) switch
        {
            ("POST", 0) => CreateAsync(context, body, cancellationToken),
            ("POST", 1) => CountAsync(context.Response, body, cancellationToken),
            _ => RecallAsync(context, rest, cancellationToken),
        };

    private static int Depth(string rest) => rest.Count(character => character == '/');

    private static OpenAiError NotFound(string what, string id, string param, string? code) =>
        new(what is "Response" ? 404 : 400, $"{what} with id '{id}' not found.", "invalid_request_error", param, code);

    private async Task CreateAsync(HttpContext context, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var response = context.Response;
        if (ResponsesRequestReader.Read(body.Span) is not { } request)
        {
            await ErrorAnswer.SendAsync(response, OpenAiError.BrokenJson, _time, cancellationToken);
            return;
        }

        if (Refuse(request) is { } refusal)
        {
            await ErrorAnswer.SendAsync(response, refusal, _time, cancellationToken);
            return;
        }

        if (!_layers.TryResolve(request.ModelDirectives, Encoding.UTF8.GetBytes(request.LastUserContent), out var behavior, out var complaint))
        {
            await ErrorAnswer.SendAsync(response, OpenAiError.UnusableDirective(complaint ?? ""), _time, cancellationToken);
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

        var answer = ResponsesAnswer.To(request, behavior, _run, number, _time.GetUtcNow().ToUnixTimeSeconds());
        Keep(answer);
        await (request.Stream && behavior.IgnoreStream != true
            ? ResponsesStream.SendAsync(response, answer, _time, cancellationToken)
            : ResponsesJson.SendAsync(response, answer, _time, cancellationToken));
    }

    /// <summary>Why a request cannot be answered; one that can gets what it builds on added to its tokens.</summary>
    private OpenAiError? Refuse(ResponsesRequest request)
    {
        if (request.Model is null or "")
        {
            return OpenAiError.Missing("model");
        }

        if (request.PreviousResponseId is { } previous)
        {
            if (!_stored.TryGetValue(previous, out var stored))
            {
                return NotFound("Previous response", previous, "previous_response_id", "previous_response_not_found");
            }

            request.PromptTokens += stored.Tokens;
        }
        else if (request.Messages == 0)
        {
            return OpenAiError.Missing("input");
        }

        foreach (var id in request.References)
        {
            if (!_items.TryGetValue(id, out var tokens))
            {
                return NotFound("Item", id, "input", null);
            }

            request.PromptTokens += tokens;
        }

        return null;
    }

    private void Keep(ResponsesAnswer answer)
    {
        if (!answer.Request.Store || answer.Behavior.Endless == true)
        {
            return;
        }

        using var json = new Utf8Buffer();
        answer.WriteWhole(json, answer.Emitted);
        var counts = TokenCounts.Of(answer.Behavior, answer.Request.PromptTokens, answer.Emitted, answer.Thought);
        _stored[answer.Id] = new StoredResponse(json.Span.ToArray(), answer.Request.Items, counts.Prompt + counts.Completion);
        string[] items = [.. answer.Items];
        foreach (var item in items)
        {
            _items[item] = counts.Completion;
        }

        _order.Enqueue((answer.Id, items));
        if (_order.Count > MostStored && _order.TryDequeue(out var oldest))
        {
            _stored.TryRemove(oldest.Id, out _);
            foreach (var item in oldest.Items)
            {
                _items.TryRemove(item, out _);
            }
        }
    }

    private Task CountAsync(HttpResponse response, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (ResponsesRequestReader.Read(body.Span) is not { } request)
        {
            return ErrorAnswer.SendAsync(response, OpenAiError.BrokenJson, _time, cancellationToken);
        }

        return Refuse(request) is { } refusal
            ? ErrorAnswer.SendAsync(response, refusal, _time, cancellationToken)
            : SendAsync(response, $$"""{"object":"response.input_tokens","input_tokens":{{request.PromptTokens}}}""", cancellationToken);
    }

    private async Task RecallAsync(HttpContext context, string rest, CancellationToken cancellationToken)
    {
        var id = rest.Split('/')[1];
        if (!_stored.TryGetValue(id, out var stored))
        {
            await ErrorAnswer.SendAsync(context.Response, NotFound("Response", id, "id", null), _time, cancellationToken);
            return;
        }

        writeHeaders(context.Response.Headers, Interlocked.Increment(ref _number), "");
        switch (context.Request.Method)
        {
            case "DELETE":
                _stored.TryRemove(id, out _);
                await SendAsync(context.Response, $$"""{"id":"{{id}}","object":"response","deleted":true}""", cancellationToken);
                break;
            case "POST":
                await ErrorAnswer.SendAsync(
                    context.Response, new OpenAiError(400, "Cannot cancel a synchronous response.", "invalid_request_error", null, null), _time, cancellationToken);
                break;
            default:
                await SendAsync(
                    context.Response,
                    rest.EndsWith("/input_items", StringComparison.Ordinal)
                        ? $$"""{"object":"list","data":[{{string.Join(',', stored.Items)}}],"first_id":null,"last_id":null,"has_more":false}"""
                        : Encoding.UTF8.GetString(stored.Json),
                    cancellationToken);
                break;
        }
    }

    private Task SendAsync(HttpResponse response, string json, CancellationToken cancellationToken) =>
        JsonAnswer.SendAsync(response, Encoding.UTF8.GetBytes(json), Behavior.Normal, _time, cancellationToken);
}
