using Gateway.Core.Images;

namespace Gateway.Images;

/// <summary>Reads an image to its end, and no more of it than is let in. What is no image is left as soon as its first bytes show it.</summary>
internal static class PictureReader
{
    private const int FirstBuffer = 64 * 1024;

    // What an origin says of the length is not believed beyond this before it has come.
    private const int TrustedBuffer = 1024 * 1024;
    private const int Signature = 12;

    /// <param name="content">The image from its first byte on.</param>
    /// <param name="expected">Its bytes, as the origin says; null where it does not.</param>
    /// <param name="limits">What is let in.</param>
    /// <param name="held">Whose memory is taken.</param>
    /// <param name="deadline">Ends the reading.</param>
    public static async ValueTask<RemotePicture> ReadAsync(Stream content, long? expected, ImageLimits limits, HeldPictures held, CancellationToken deadline)
    {
        var most = (int)Math.Min(limits.MaxBytes + 1, Array.MaxLength);
        var size = (int)Math.Clamp((expected ?? 0) + 1, Math.Min(FirstBuffer, most), Math.Min(TrustedBuffer, most));
        if (!held.TryTake(size, out var reason))
        {
            return Unknown(reason);
        }

        var buffer = GC.AllocateUninitializedArray<byte>(size);
        var (count, looked) = (0, false);
        while (true)
        {
            var read = await content.ReadAsync(buffer.AsMemory(count), deadline);
            count += read;
            if (read == 0)
            {
                break;
            }

            if (count > limits.MaxBytes)
            {
                return Refused(ImageProblem.TooLarge);
            }

            if (!looked && count >= Signature)
            {
                looked = true;
                if (!ImageProbe.TryInspect(buffer.AsSpan(0, count), limits, out _, out var early) && early == ImageProblem.UnsupportedFormat)
                {
                    return Refused(early);
                }
            }

            if (count == buffer.Length)
            {
                var larger = (int)Math.Min(buffer.Length * 2L, most);
                if (!held.TryTake(larger, out reason))
                {
                    return Unknown(reason);
                }

                var full = buffer;
                buffer = GC.AllocateUninitializedArray<byte>(larger);
                full.CopyTo(buffer, 0);
                held.Return(full.Length);
            }
        }

        return ImageProbe.TryInspect(buffer.AsSpan(0, count), limits, out var header, out var problem)
            ? new RemotePicture(RemoteImage.Known(header), new ArraySegment<byte>(buffer, 0, count))
            : Refused(problem);
    }

    private static RemotePicture Unknown(UnknownSize reason) => new(RemoteImage.Unknown(reason), default);

    private static RemotePicture Refused(ImageProblem problem) => new(RemoteImage.Refused(problem), default);
}
