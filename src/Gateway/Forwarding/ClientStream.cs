using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Gateway.Core.Models;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Forwarding;

/// <summary>
/// The client's end of a stream, over all attempts. While nothing is written for too long it sends the comment <c>: keep-alive</c>, and
/// begins the response with it where need be; from then on whatever fails can only be told as an event. Comments stand between events, as
/// each write brings whole ones, and never run into a write.
/// </summary>
internal sealed class ClientStream(HttpContext context, IHttpResponseFeature response, KeepAliveOptions options, TimeProvider time) : PipeWriter, IDisposable
{
    private const string ProviderHeader = "x-gateway-provider";
    private const string ModelHeader = "x-gateway-model";
    private static readonly byte[] Comment = ": keep-alive\n\n"u8.ToArray();

    private readonly Lock _gate = new();
    private readonly PipeWriter _writer = context.Response.BodyWriter;
    private ITimer? _timer;
    private TaskCompletionSource? _commented;
    private long _since;
    private bool _isWriting;
    private bool _isCommenting;
    private bool _isAnswered;
    private bool _isOpen;
    private bool _isClosed;

    /// <summary>Whether the response began: its status is 200 and its headers are on their way.</summary>
    public bool IsOpen => Volatile.Read(ref _isOpen);

    public override bool CanGetUnflushedBytes => _writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => _writer.UnflushedBytes;

    /// <summary>Starts the clock. Without this no comment is ever sent.</summary>
    public void KeepAlive()
    {
        _since = time.GetTimestamp();
        _timer = time.CreateTimer(static stream => ((ClientStream)stream!).Tick(), this, TimeSpan.FromMilliseconds(options.FirstAfterMs), Timeout.InfiniteTimeSpan);
    }

    /// <summary>The provider sent its 200.</summary>
    public void Answered()
    {
        lock (_gate)
        {
            if (_timer is not null && !_isAnswered && !_isClosed)
            {
                _isAnswered = true;
                _since = time.GetTimestamp();
                _timer.Change(Patience, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Tells the client who is asked, unless the headers are on their way already.</summary>
    public void Name(Deployment deployment)
    {
        lock (_gate)
        {
            if (!_isOpen)
            {
                response.Headers[ProviderHeader] = deployment.Provider.Name;
                response.Headers[ModelHeader] = deployment.Model;
            }
        }
    }

    /// <summary>Sets status and headers of an answer that is no stream of events.</summary>
    /// <param name="contentType">As the provider named it.</param>
    /// <param name="length">Bytes of the whole body, where the provider said so.</param>
    public void Open(string contentType, long? length)
    {
        lock (_gate)
        {
            _isOpen = true;
            response.StatusCode = StatusCodes.Status200OK;
            response.Headers.ContentType = contentType;
            response.Headers.ContentLength = length;
        }
    }

    /// <summary>Sets status and headers of a stream, unless a comment has.</summary>
    public void Open()
    {
        lock (_gate)
        {
            if (_isOpen)
            {
                return;
            }

            _isOpen = true;
            response.StatusCode = StatusCodes.Status200OK;
            response.Headers.ContentType = StreamedResponse.ContentType;
            response.Headers.CacheControl = "no-cache";

            // Buffering proxies on the way would turn a stream into one late piece.
            response.Headers["X-Accel-Buffering"] = "no";
        }
    }

    /// <summary>Ends the comments, and waits for one that is on its way.</summary>
    public ValueTask CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            _timer?.Dispose();
            return _isCommenting ? new ValueTask(Commented().Task) : default;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _timer?.Dispose();
        }
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _isWriting = true;
            if (_isCommenting)
            {
                return WriteBehindAsync(Commented().Task, source, cancellationToken);
            }
        }

        var write = _writer.WriteAsync(source, cancellationToken);
        if (write.IsCompleted)
        {
            Written();
            return write;
        }

        return FinishAsync(write);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => WriteAsync(default, cancellationToken);

    public override void CancelPendingFlush() => _writer.CancelPendingFlush();

    public override void Advance(int bytes) => throw new NotSupportedException("Events are written whole.");

    public override Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException("Events are written whole.");

    public override Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException("Events are written whole.");

    public override void Complete(Exception? exception = null)
    {
        // The server completes its own.
    }

    private TimeSpan Patience => TimeSpan.FromMilliseconds(_isOpen || _isAnswered ? options.IntervalMs : options.FirstAfterMs);

    private TaskCompletionSource Commented() => _commented ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    private async ValueTask<FlushResult> WriteBehindAsync(Task comment, ReadOnlyMemory<byte> source, CancellationToken ct)
    {
        await comment;
        return await FinishAsync(_writer.WriteAsync(source, ct));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> FinishAsync(ValueTask<FlushResult> write)
    {
        try
        {
            var written = await write;
            if (written.IsCompleted || written.IsCanceled || !HttpProtocol.IsHttp11(context.Request.Protocol))
            {
                return written;
            }

            // A server that gives up a connection of HTTP/1.1 lets a write that waits for it end as if it had been taken; asked again it tells.
            return await _writer.FlushAsync(CancellationToken.None);
        }
        finally
        {
            Written();
        }
    }

    private void Written()
    {
        lock (_gate)
        {
            _isWriting = false;
            _since = time.GetTimestamp();
        }
    }

    private void Tick()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            var left = Patience - time.GetElapsedTime(_since);
            if (_isWriting || _isCommenting || left > TimeSpan.Zero)
            {
                _timer!.Change(left > TimeSpan.Zero ? left : Patience, Timeout.InfiniteTimeSpan);
                return;
            }

            _isCommenting = true;
            if (!_isOpen)
            {
                // Nobody knows yet who will serve.
                response.Headers.Remove(ProviderHeader);
                response.Headers.Remove(ModelHeader);
            }
        }

        Open();

        // It ends by itself, and tells whoever waits for it.
        _ = CommentAsync();
    }

    private async Task CommentAsync()
    {
        var isGone = false;
        try
        {
            isGone = (await _writer.WriteAsync(Comment, CancellationToken.None)).IsCompleted;
        }
        catch (Exception)
        {
            // Nobody reads any more: whoever sends the request learns it by its own means.
            isGone = true;
        }

        TaskCompletionSource? commented;
        lock (_gate)
        {
            _isCommenting = false;
            _since = time.GetTimestamp();
            (commented, _commented) = (_commented, null);
            if (!_isClosed && !isGone)
            {
                _timer!.Change(Patience, Timeout.InfiniteTimeSpan);
            }
        }

        commented?.SetResult();
    }
}
