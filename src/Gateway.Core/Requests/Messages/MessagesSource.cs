using System.Text.Json;

namespace Gateway.Core.Requests.Messages;

/// <summary>The <c>source</c> of an image or a document, as far as it was read.</summary>
internal struct MessagesSource
{
    public string? Type { get; private set; }

    /// <summary>The whole object.</summary>
    public ByteRange Object { get; set; }

    /// <summary>The value of <c>media_type</c>, quotes included; empty where absent.</summary>
    public ByteRange MediaType { get; private set; }

    /// <summary>Whether the media type is one of images.</summary>
    public bool DeclaresImage { get; private set; }

    /// <summary>The last of <c>data</c>, <c>url</c> and <c>file_id</c> that was read, or null.</summary>
    public ImageText? Text { get; private set; }

    /// <summary>How many of them were.</summary>
    public int Texts { get; private set; }

    /// <summary>The inside of <c>data</c>.</summary>
    public ByteRange Data { get; private set; }

    /// <summary>Whether <c>url</c> begins as one that can be asked for.</summary>
    public bool IsHttp { get; private set; }

    /// <summary>Whether it holds blocks of its own.</summary>
    public bool HasContent { get; set; }

    /// <summary>Whether it is plain text.</summary>
    public readonly bool IsText => Type == "text";

    /// <param name="key">One of the source's keys.</param>
    /// <param name="reader">On its value, a string.</param>
    public void Take(string key, ref Utf8JsonReader reader)
    {
        switch (key)
        {
            case "type":
                Type = reader.ValueSpan.Length <= 16 ? reader.GetString() : "";
                break;
            case "media_type":
                MediaType = JsonToken.Range(ref reader);
                DeclaresImage = IsImage(ref reader);
                break;
            case "data":
                Data = new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                Take(ImageSource.Base64, ref reader);
                break;
            case "url":
                IsHttp = ImageUrl.TryClassify(reader.ValueSpan, out var kind) && kind == ImageSource.Remote;
                Take(ImageSource.Remote, ref reader);
                break;
            default:
                Take(ImageSource.File, ref reader);
                break;
        }
    }

    private static bool IsImage(ref Utf8JsonReader reader) =>
        reader.ValueSpan.Length <= 128 && reader.GetString()!.TrimStart().StartsWith("image/", StringComparison.OrdinalIgnoreCase);

    private void Take(ImageSource source, ref Utf8JsonReader reader)
    {
        Text = new ImageText(source, new ByteRange((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length), reader.ValueIsEscaped);
        Texts++;
    }
}
