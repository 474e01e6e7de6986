using System.Buffers;
using Gateway.Core.Images;

namespace Gateway.Images;

/// <summary>Reads an image's first bytes until they tell its size, and no more of them than <c>max_header_bytes</c>.</summary>
internal static class HeaderReader
{
    private const int FirstBuffer = 16 * 1024;

    // Enough for all but a JPEG with a preamble; what is shorter than a signature is no statement about the format.
    private const int FirstLook = 32;
    private const int Signature = 12;

    /// <param name="content">The image from its first byte on.</param>
    /// <param name="maxBytes">The most bytes read.</param>
    /// <param name="limits">What is let in.</param>
    /// <param name="deadline">Ends the reading.</param>
    public static async ValueTask<RemoteImage> ReadAsync(Stream content, int maxBytes, ImageLimits limits, CancellationToken deadline)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(FirstBuffer, maxBytes));
        try
        {
            var count = 0;
            var look = FirstLook;
            while (true)
            {
                if (count == buffer.Length)
                {
                    buffer = Grow(buffer, maxBytes);
                }

                var read = await content.ReadAsync(buffer.AsMemory(count, Math.Min(buffer.Length, maxBytes) - count), deadline);
                count += read;
                var more = read > 0 && count < maxBytes;
                if (more && count < look)
                {
                    continue;
                }

                if (count >= Signature)
                {
                    if (ImageProbe.TryInspect(buffer.AsSpan(0, count), limits, out var header, out var problem))
                    {
                        return RemoteImage.Known(header);
                    }

                    if (problem != ImageProblem.Truncated)
                    {
                        return RemoteImage.Refused(problem);
                    }
                }

                if (!more)
                {
                    return RemoteImage.Unknown(read == 0 ? UnknownSize.Incomplete : UnknownSize.HeaderTooLong);
                }

                // Each look begins anew, so an origin that sends byte by byte must not get one for each.
                look = count + (count / 4);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] full, int maxBytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * full.Length, maxBytes));
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }
}
