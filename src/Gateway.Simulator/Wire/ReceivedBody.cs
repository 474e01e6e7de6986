using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Simulator.Wire;

/// <summary>A request's body in one piece: pooled, unless it is to be kept.</summary>
internal sealed class ReceivedBody : IDisposable
{
    private readonly bool _keep;
    private byte[] _bytes;
    private int _length;

    private ReceivedBody(byte[] bytes, bool keep)
    {
        _bytes = bytes;
        _keep = keep;
    }

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    public static async ValueTask<ReceivedBody> ReadAsync(HttpRequest request, bool keep, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return new ReceivedBody([], keep: true);
        }

        var expected = (int)Math.Min(request.ContentLength ?? 4096, Array.MaxLength);
        var body = new ReceivedBody(keep ? GC.AllocateUninitializedArray<byte>(expected) : ArrayPool<byte>.Shared.Rent(expected), keep);
        try
        {
            while (true)
            {
                // One byte of room beyond a known length would only grow the array to learn of the end: stop there.
                if (body._length == request.ContentLength)
                {
                    return body;
                }

                body.EnsureRoom();
                var read = await request.Body.ReadAsync(body._bytes.AsMemory(body._length), cancellationToken);
                if (read == 0)
                {
                    return body;
                }

                body._length += read;
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_keep)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = [];
        _length = 0;
    }

    private void EnsureRoom()
    {
        if (_length < _bytes.Length)
        {
            return;
        }

        var larger = _keep
            ? GC.AllocateUninitializedArray<byte>(Math.Max(_bytes.Length * 2, 4096))
            : ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, 4096));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        if (!_keep)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
