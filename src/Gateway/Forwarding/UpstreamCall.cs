using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Gateway.Core.Dialects;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Microsoft.AspNetCore.Http.Features;
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
        UpstreamHead.Write(httpContext, request, proxyRequest);
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
                    >= 400 => Refuse(await RefusedAsync(stream, proxyResponse, cancellationToken)),
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
            return Refuse(GatewayError.FromAnswer(ReadRefusal(_held.Memory.Span)));
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
        var refusal = ReadRefusal(answer.Memory.Span);
        return refusal.Message is null ? GatewayError.ProviderMalformed() : GatewayError.FromAnswer(refusal);
    }

    private AnswerFrame Frame(byte[] modelJson) => new(request.RequestId, time.GetUtcNow().ToUnixTimeSeconds(), modelJson);

    private async ValueTask<GatewayError> RefusedAsync(Stream stream, HttpResponseMessage response, CancellationToken ct)
    {
        var refusal = await RefusalReader.ReadAsync(request, stream, response, ct);
        (RefusedWith, Wait) = ((int)response.StatusCode, RefusalReader.RetryAfter(response, time));
        return GatewayError.FromUpstream(refusal, Wait);
    }

    /// <summary>An error in the place of an answer.</summary>
    private UpstreamRefusal ReadRefusal(ReadOnlySpan<byte> json) => RefusalReader.Read(request, StatusCodes.Status500InternalServerError, json);

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
