using System.Buffers;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Forwarding;

/// <summary>
/// Passes an answer on that is no JSON and no stream of events: (1) read a block; (2) send the one before it. The last one stays here until the row is durable. Without
/// a client it reads on, and passes nothing on but to the copy that is kept of an answer.
/// </summary>
/// <param name="output">The client's end.</param>
/// <param name="client">Tells whether somebody is still there.</param>
/// <param name="countsText">Whether it is a text, whose size is told.</param>
/// <param name="copy">Takes what is sent, or null.</param>
/// <param name="deadline">The provider's time.</param>
/// <param name="onBegin">Called before the first byte is sent, with the status and headers.</param>
internal sealed class BlockRelay(ClientStream output, ClientWatch client, bool countsText, AnswerCopy? copy, UpstreamDeadline deadline, Action onBegin) : IDisposable
{
    private const int BlockBytes = 16 * 1024;

    private byte[] _last = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private int _length;

    /// <summary>The block that was not sent.</summary>
    public ReadOnlyMemory<byte> Last => _last.AsMemory(0, _length);

    /// <summary>Whether anything came.</summary>
    public bool Began { get; private set; }

    /// <summary>Whether a byte is with the client, or would be if it had not left.</summary>
    public bool IsSent { get; private set; }

    /// <summary>Whether it read to the answer's end.</summary>
    public bool Ended { get; private set; }

    public TextSize Received { get; private set; }

    public async ValueTask RunAsync(Stream upstream, CancellationToken ct)
    {
        client.Writes(output);
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            while (true)
            {
                var read = await upstream.ReadAtLeastAsync(block.AsMemory(0, BlockBytes), 1, throwOnEndOfStream: false, ct);
                if (read == 0)
                {
                    Ended = Began;
                    return;
                }

                deadline.Progress(first: !Began);
                Began = true;
                var before = Received;
                Received += countsText ? TextSize.OfJson(block.AsSpan(0, read)) : default;
                await SendAsync(ct);
                (_last, block, _length) = (block, _last, read);
                if (client.HasLeft && !client.MayReadOn(before, Received))
                {
                    return;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    public void Dispose()
    {
        var last = _last;
        (_last, _length) = ([], 0);
        if (last.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(last);
        }
    }

    /// <summary>A client that reads slowly holds the answer up; that is not the provider's time.</summary>
    private async ValueTask SendAsync(CancellationToken ct)
    {
        if (_length == 0)
        {
            return;
        }

        copy?.Append(Last.Span);
        if (!IsSent)
        {
            IsSent = true;
            onBegin();
        }

        if (client.HasLeft)
        {
            return;
        }

        deadline.Pause();
        var written = await output.WriteAsync(Last, ct);
        deadline.Resume();
        // The server breaks a wait off, too, where it finds the connection gone.
        if (written.IsCompleted || written.IsCanceled)
        {
            client.Leave();
        }
    }
}
