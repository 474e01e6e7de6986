using System.Runtime.InteropServices;
using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Messages;

/// <summary>
/// The client's images as those of the chat body that stands for theirs: each is where the chat body names it, and its bytes are what
/// they were. Base64 goes from the client's own body as it is sent; only what is not clean is copied.
/// </summary>
internal static class MessagesChatImages
{
    /// <param name="body">The client's.</param>
    /// <param name="images">Its images, in order.</param>
    /// <param name="chat">The chat body.</param>
    /// <param name="parts">The chat body's images, in order.</param>
    public static Outcome<SizedImage[]> Of(ReadOnlyMemory<byte> body, ReadOnlySpan<SizedImage> images, MessagesChatBody chat, IReadOnlyList<ImagePart> parts)
    {
        var mapped = new SizedImage[parts.Count];
        for (var i = 0; i < mapped.Length; i++)
        {
            var image = images[chat.Order[i]];

            // Refusals name it as the client does.
            var part = parts[i] with { At = image.Part.Path };
            var content = image.Content;
            if (image.Part.Source == ImageSource.Base64)
            {
                var text = body.Slice(image.Part.Url.Start, image.Part.Url.Length);
                if (!Base64Text.TryClean(ref text, image.Part.Escaped))
                {
                    return GatewayError.ImageBase64(image.Part.Path);
                }

                content = Insert(text);
            }

            mapped[i] = new SizedImage(part, image.Header) { Content = content };
        }

        return mapped;
    }

    private static StreamedInsert Insert(ReadOnlyMemory<byte> text)
    {
        var segment = MemoryMarshal.TryGetArray(text, out var array) ? array : new ArraySegment<byte>(text.ToArray());
        return new StreamedInsert(segment.Count, _ => new(new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)));
    }
}
