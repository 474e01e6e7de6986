using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using Gateway.Core.Dialects;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Telemetry.Tracing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>
/// One request to one deployment, as the proxy's transformer: (1) the URL, the provider's credential and an allow-list of headers go out,
/// the caller's key never; (2) an error answer is read and judged before anything is written; (3) a stream is relayed event by event, a
/// JSON answer held. The proxy's own copy of the body is suppressed: what a client gets is written here.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Both end inside TransformResponseAsync, or live on in the response.")]
internal sealed class UpstreamCall(
    HttpContext context, ForwardRequest request, SplicedBodyStream body, UpstreamDeadline deadline, ClientWatch client, ClientStream output, TimeProvider time) : HttpTransformer
{
    private const int LongestErrorBody = 64 * 1024;
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    // Of all values of one header that goes on.
    private const int LongestHeader = 1024;

    // What came of an error's body by then tells enough, and the status alone would too.
    private static readonly TimeSpan RefusalTime = TimeSpan.FromSeconds(2);

    private bool _answerBegan;
    private bool _told;
    private StreamRelay? _relay;
    private BlockRelay? _blocks;
    private string _contentType = "";
    private ReceivedText? _text;
    private AnswerBuffer? _held;

    /// <summary>A fault of the gateway itself on the way, or null.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>The provider's status where it refused, else 0.</summary>
    public int RefusedWith { get; private set; }

    /// <summary>Its own word on when to try again, or null.</summary>
    public TimeSpan? Wait { get; private set; }

    /// <summary>From the request's arrival to the answer's first content; null where none came.</summary>
    public TimeSpan? FirstToken { get; private set; }

    /// <summary>What came of it; null until a response's headers arrived.</summary>
    public ObservedResponse? Response { get; private set; }

    public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var deployment = request.Target.Deployment;
        proxyRequest.RequestUri = deployment.AddressOf(request.Passage.Route, request.Stream);
        proxyRequest.Headers.TryAddWithoutValidation("Accept", request.Stream ? "text/event-stream" : request.Endpoint.Accepts);

        foreach (var name in request.Passage.ClientHeaders)
        {
            if (httpContext.Request.Headers.TryGetValue(name, out var values) && IsFit(values))
            {
                proxyRequest.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        proxyRequest.Headers.TryAddWithoutValidation("X-Client-Request-Id", request.RequestId);
        TraceHeaders.Write(proxyRequest.Headers, httpContext);
        foreach (var (name, text) in deployment.Provider.Dialect.Headers)
        {
            if (!proxyRequest.Headers.Contains(name))
            {
                proxyRequest.Headers.TryAddWithoutValidation(name, text);
            }
        }

        if (request.Credential is { } credential)
        {
            proxyRequest.Headers.TryAddWithoutValidation(credential.Header, credential.Value);
        }

        // The proxy made the content because the client's request had a body.
        if (request.Parsed.Form is { } form)
        {
            proxyRequest.Content!.Headers.ContentType = null;
            proxyRequest.Content.Headers.TryAddWithoutValidation("Content-Type", form.ContentType);
        }
        else
        {
            proxyRequest.Content!.Headers.ContentType = Json;
        }

        proxyRequest.Content.Headers.ContentLength = request.Body.Length;
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return false;
        }

        httpContext.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = null;
        try
        {
            var stream = await proxyResponse.Content.ReadAsStreamAsync(cancellationToken);
            await using (stream)
            {
                Response = (int)proxyResponse.StatusCode switch
                {
                    200 or 201 when IsEventStream(proxyResponse) => await RelayAsync(stream, cancellationToken),
                    200 or 201 when request.Endpoint.PassesAnswer(request.Parsed, MediaType(proxyResponse)) => await PassAsync(stream, proxyResponse.Content.Headers, cancellationToken),
                    200 or 201 => await HoldAsync(stream, proxyResponse.Content.Headers.ContentLength, cancellationToken),
                    >= 400 and var status => Refuse(await ReadRefusalAsync(stream, status, proxyResponse, cancellationToken)),
                    _ => Refuse(GatewayError.ProviderMalformed()),
                };
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Response = BrokenOff();
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            Response = BrokenOff();
        }
        catch (Exception exception)
        {
            // A fault of our own must not cost the row of an answer that has begun.
            Fault = exception;
            Response = BrokenOff();
        }
        finally
        {
            _relay?.Dispose();
            if (Response is not (HeldJsonResponse or PartialJsonResponse))
            {
                _held?.Dispose();
            }

            if (Response is not PassedResponse)
            {
                _blocks?.Dispose();
            }

            if (Response is not StreamedResponse)
            {
                _text?.Dispose();
            }
        }

        return false;
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    /// <summary>The answer that never came, or that ended before its time: by the client, by the gateway's own stop, by the clock, by the store of pictures, or by the provider.</summary>
    public ObservedResponse BrokenOff()
    {
        if (client.HasLeft)
        {
            return Left();
        }

        var (outcome, error) = client.IsForced ? (AnswerOutcome.TimedOut, GatewayError.Stopping())
            : deadline.HasPassed ? (AnswerOutcome.TimedOut, GatewayError.ProviderTimedOut())
            : (AnswerOutcome.UpstreamFailed, body.IsPictureLost ? GatewayError.FileStoreUnavailable() : GatewayError.ProviderUnreachable());
        return _relay is { Began: true } ? Streamed(outcome, error) : _blocks is { IsSent: true } ? Passed(outcome) : Refuse(error, outcome);
    }

    public ObservedResponse Refuse(GatewayError error) =>
        Refuse(error, error.Status == StatusCodes.Status504GatewayTimeout ? AnswerOutcome.TimedOut : AnswerOutcome.UpstreamFailed);

    private ObservedResponse Refuse(GatewayError error, AnswerOutcome outcome) => client.HasLeft ? Left() : new RefusedResponse
    {
        Refusal = error,
        Sent = body.IsConsumed,
        Observation = new Observation
        {
            Outcome = outcome,
            Status = request.Endpoint.StatusOf(error),
            AnswerBegan = _answerBegan,
            FirstTokenMs = FirstTokenMs,
        },
    };

    /// <summary>Of an answer that its client did not wait for and that did not end: the gateway stopped it, or the provider failed, which tells what is due.</summary>
    private AnswerOutcome OutcomeUnseen =>
        deadline.IsStopped ? AnswerOutcome.ClientDisconnected : deadline.HasPassed ? AnswerOutcome.TimedOut : AnswerOutcome.UpstreamFailed;

    private long? FirstTokenMs => FirstToken is { } first ? (long)first.TotalMilliseconds : null;

    private static bool IsFit(StringValues values)
    {
        var length = 0;
        foreach (var value in values)
        {
            length += value?.Length ?? 0;
            if (value is null || length > LongestHeader || !Ascii.IsValid(value))
            {
                return false;
            }
        }

        return length > 0;
    }

    private static bool IsEventStream(HttpResponseMessage response) => string.Equals(MediaType(response), "text/event-stream", StringComparison.OrdinalIgnoreCase);

    private static string? MediaType(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType;

    /// <summary>
    /// What there is of an answer whose client has left. Short of its end either the gateway stopped it, which the client owes, or the
    /// provider failed.
    /// </summary>
    private ObservedResponse Left()
    {
        if (_relay is { Began: true })
        {
            return Streamed(AnswerOutcome.ClientDisconnected, null);
        }

        if (_blocks is { Began: true })
        {
            return Passed(AnswerOutcome.ClientDisconnected);
        }

        var error = GatewayError.ClientClosed();
        var observation = new Observation
        {
            Outcome = OutcomeUnseen,
            Status = error.Status,
        };
        return _held is { Length: > 0 } begun && deadline.IsStopped
            ? new PartialJsonResponse(begun) { Refusal = error, Sent = true, Observation = observation with { Received = begun.ReadBegun() } }
            : new RefusedResponse { Refusal = error, Sent = body.IsConsumed, Observation = observation };
    }

    private async ValueTask<ObservedResponse> RelayAsync(Stream stream, CancellationToken ct)
    {
        output.Answered();
        var modelJson = JsonText.Quote(request.Target.Requested);
        _text = request.Target.Deployment.Tokenizer is null ? null : new ReceivedText();
        _relay = new StreamRelay(
            output,
            client,
            request.Passage.BeginStream(Frame(modelJson), request.Parsed, _text),
            modelJson,
            request.MostCompletion,
            request.Copy,
            deadline,
            onFirstEvent: () =>
            {
                AnswerBegins();
                if (client.HasLeft)
                {
                    return;
                }

                _told = true;
                output.Open();
            },
            onFirstText: MarkFirstToken);
        await _relay.RunAsync(stream, ct);
        return _relay switch
        {
            _ when client.HasLeft => Left(),
            { BrokenBy: null } => Streamed(_relay.HasFailed ? AnswerOutcome.UpstreamFailed : AnswerOutcome.Completed, null),
            { Began: true, BrokenBy: { } error } => Streamed(AnswerOutcome.UpstreamFailed, error),
            { BrokenBy: { } error } => Refuse(error),
        };
    }

    private StreamedResponse Streamed(AnswerOutcome outcome, GatewayError? brokenBy) => new(context, request.Endpoint, _text, _relay!.LastEvent, brokenBy)
    {
        // An answer that began is owed, even where the provider did not wait for the end of the request.
        Sent = true,
        Observation = new Observation
        {
            Outcome = outcome == AnswerOutcome.ClientDisconnected && !_relay!.Ended ? OutcomeUnseen : outcome,
            Status = _told ? StatusCodes.Status200OK : StatusCodes.Status499ClientClosedRequest,
            Usage = _relay!.Usage,
            RefusedUsage = _relay.RefusedUsage,
            ReadToEnd = _relay.Ended,
            Received = _relay.Received,
            OutputImages = _relay.Images,
            AnswerBegan = _relay.HasAnswer,
            Stored = _relay.Stored,
            FirstTokenMs = FirstTokenMs,
        },
    };

    private async ValueTask<ObservedResponse> PassAsync(Stream stream, HttpContentHeaders headers, CancellationToken ct)
    {
        _contentType = headers.ContentType!.ToString(); // Of a media type that passes.
        _blocks = new BlockRelay(
            output,
            client,
            countsText: request.Parsed.Media is { IsPlainText: true },
            request.Copy,
            deadline,
            onBegin: () =>
            {
                AnswerBegins();
                MarkFirstToken();
                _told = !client.HasLeft;
                if (_told)
                {
                    output.Open(_contentType, headers.ContentLength);
                }
            });
        await _blocks.RunAsync(stream, ct);
        if (client.HasLeft)
        {
            return Left();
        }

        if (!_blocks.Ended)
        {
            return Refuse(GatewayError.ProviderMalformed());
        }

        if (!_blocks.IsSent)
        {
            AnswerBegins();
            MarkFirstToken();
            _told = true;
            output.Open(_contentType, _blocks.Last.Length);
        }

        return Passed(AnswerOutcome.Completed);
    }

    private PassedResponse Passed(AnswerOutcome outcome) => new(context, _blocks!, _contentType, isBroken: !_blocks!.Ended) // Set before anything passes.
    {
        Sent = true,
        Observation = new Observation
        {
            Outcome = outcome == AnswerOutcome.ClientDisconnected && !_blocks.Ended ? OutcomeUnseen : outcome,
            Status = _told ? StatusCodes.Status200OK : StatusCodes.Status499ClientClosedRequest,
            ReadToEnd = _blocks.Ended,
            Received = _blocks.Received,
            AnswerBegan = true,
            FirstTokenMs = FirstTokenMs,
        },
    };

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ObservedResponse> HoldAsync(Stream stream, long? length, CancellationToken ct)
    {
        var passage = request.Passage;
        _held = new AnswerBuffer(passage);
        if (!await _held.TryReadAsync(stream, length, AnswerBuffer.MaxBytes, deadline, client, ct))
        {
            return Refuse(GatewayError.ProviderMalformed());
        }

        if (passage.TranslatesAnswers && Translate(passage) is { } refusal)
        {
            return Refuse(refusal);
        }

        if (!request.Endpoint.TryReadAnswer(_held.Memory.Span, request.Parsed, out var answer))
        {
            return Refuse(GatewayError.ProviderMalformed());
        }

        if (answer.IsError)
        {
            return Refuse(GatewayError.FromAnswer(ReadRefusal(StatusCodes.Status500InternalServerError, _held.Memory.Span)));
        }

        if (!answer.IsAnswer)
        {
            return Refuse(GatewayError.ProviderMalformed());
        }

        AnswerBegins();
        MarkFirstToken();
        var hasLeft = client.HasLeft;
        var problem = answer.Usage is { } reported ? UsageJudge.Judge(reported, request.MostCompletion) : UsageProblem.None;
        return new HeldJsonResponse(context, request, _held, answer)
        {
            Sent = true,
            Observation = new Observation
            {
                Outcome = hasLeft ? AnswerOutcome.ClientDisconnected : answer.HasFailed ? AnswerOutcome.UpstreamFailed : AnswerOutcome.Completed,
                Status = hasLeft ? StatusCodes.Status499ClientClosedRequest : StatusCodes.Status200OK,
                Usage = problem == UsageProblem.None ? answer.Usage : null,
                RefusedUsage = problem == UsageProblem.None ? null : new RefusedUsage(answer.Usage.GetValueOrDefault(), problem),
                ReadToEnd = true,
                Received = answer.Text,
                OutputImages = answer.Images,
                AnswerBegan = true,
                Stored = answer.Stored,
                FirstTokenMs = FirstTokenMs,
            },
        };
    }

    /// <summary>Puts the answer in the client's form in the place of the provider's own.</summary>
    /// <returns>Why there is none to be had, or null.</returns>
    private GatewayError? Translate(IPassage passage)
    {
        var answer = _held!; // Read just before.
        var translated = new AnswerBuffer(passage: null);
        if (passage.TryWriteAnswer(answer.Memory.Span, Frame(JsonText.Quote(request.Target.Requested)), request.Parsed, translated) && translated.Length <= AnswerBuffer.MaxBytes)
        {
            _held = translated;
            answer.Dispose();
            return null;
        }

        translated.Dispose();
        var refusal = ReadRefusal(StatusCodes.Status500InternalServerError, answer.Memory.Span);
        return refusal.Message is null ? GatewayError.ProviderMalformed() : GatewayError.FromAnswer(refusal);
    }

    private AnswerFrame Frame(byte[] modelJson) => new(request.RequestId, time.GetUtcNow().ToUnixTimeSeconds(), modelJson);

    private async ValueTask<GatewayError> ReadRefusalAsync(Stream stream, int status, HttpResponseMessage response, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LongestErrorBody);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(RefusalTime);
            var length = 0;
            try
            {
                int read;
                while (length < LongestErrorBody && (read = await stream.ReadAsync(buffer.AsMemory(length, LongestErrorBody - length), patience.Token)) > 0)
                {
                    length += read;
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException && !ct.IsCancellationRequested)
            {
                // The status stands, whatever became of the body.
            }

            var refusal = ReadRefusal(status, buffer.AsSpan(0, length));
            (RefusedWith, Wait) = (status, RetryAfter(response));
            return GatewayError.FromUpstream(refusal, Wait);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A message that repeats the credential it was sent is not passed on.</summary>
    private UpstreamRefusal ReadRefusal(int status, ReadOnlySpan<byte> body)
    {
        var refusal = request.Target.Deployment.Provider.Dialect.ReadRefusal(status, body);
        return request.Credential is { } credential && refusal.Message?.Contains(credential.Value[(credential.Value.LastIndexOf(' ') + 1)..], StringComparison.Ordinal) == true
            ? refusal with { Message = null }
            : refusal;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.FirstOrDefault(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ms) && ms is >= 0 and < 1e9)
        {
            return TimeSpan.FromMilliseconds(ms);
        }

        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date - time.GetUtcNow());
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>From here on no other deployment can be asked, so the request's bytes go back to their pool.</summary>
    private void AnswerBegins()
    {
        _answerBegan = true;
        body.Close(onlyIfConsumed: true, out var closed);
        if (closed)
        {
            request.ReleaseBody();
        }
    }

    private void MarkFirstToken() => FirstToken ??= time.GetElapsedTime(request.Arrived);
}
