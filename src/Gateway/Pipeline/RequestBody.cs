using Gateway.Core.Requests;
using Gateway.Pipeline.Multipart;

namespace Gateway.Pipeline;

/// <summary>
/// A whole request body in one stretch of pooled memory, and later perhaps its text alone. The memory goes back once, by whoever is first
/// to know that it is not needed. Of a form it holds the fields as JSON, and the form itself is kept beside it.
/// </summary>
internal sealed class RequestBody(BodyBuffers buffers, byte[] buffer, int size, int length) : IDisposable
{
    // Less than this is not worth a copy.
    private const int WorthCutting = 16 * 1024;

    private byte[]? _buffer = buffer;
    private int _size = size;
    private int _length = length;
    private bool _isCut;

    /// <summary>The form that it came as, or null.</summary>
    public MultipartForm? Form { get; init; }

    /// <summary>Whether the text is still there.</summary>
    public bool IsHeld => _buffer is not null;

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>What tells it from another body.</summary>
    public ReadOnlySpan<byte> Identity() => Form is { } form ? form.Identity() : Memory.Span;

    /// <summary>
    /// For when the provider has the request: gives back the pictures' memory, and keeps the text for a provider that does not say what it
    /// used. From here on <see cref="Memory"/> is the same JSON with nothing in place of the pictures.
    /// </summary>
    /// <param name="request">What was read of it.</param>
    /// <param name="tokenizer">The one that would count it; without one, nothing is kept.</param>
    public void KeepTextOf(ParsedRequest request, string? tokenizer)
    {
        if (_isCut || _buffer is not { } whole)
        {
            return;
        }

        _isCut = true;
        Form?.Dispose();
        if (tokenizer is null || request is not { Audio: null, File: null })
        {
            Dispose();
            return;
        }

        var pictures = 0;
        foreach (var image in request.Images)
        {
            pictures += image.Url.Length;
        }

        if (pictures < WorthCutting)
        {
            return;
        }

        var rest = _length - pictures;
        if (!buffers.TryRent(rest, out var text))
        {
            Dispose();
            return;
        }

        var (from, to) = (0, 0);
        foreach (var image in request.Images)
        {
            whole.AsSpan(from, image.Url.Start - from).CopyTo(text.AsSpan(to));
            to += image.Url.Start - from;
            from = image.Url.End;
        }

        whole.AsSpan(from, _length - from).CopyTo(text.AsSpan(to));
        Dispose();
        (_buffer, _size, _length) = (text, rest, rest);
    }

    public void Dispose()
    {
        Form?.Dispose();
        if (Interlocked.Exchange(ref _buffer, null) is { } rented)
        {
            buffers.Return(rented, _size);
        }
    }
}
