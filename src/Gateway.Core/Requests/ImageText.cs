namespace Gateway.Core.Requests;

/// <summary>The string that says where an image is: a URL, a file's id, base64.</summary>
/// <param name="Source">Which of them.</param>
/// <param name="Range">The text between its quotes.</param>
/// <param name="Escaped">Whether it holds JSON escapes.</param>
internal readonly record struct ImageText(ImageSource Source, ByteRange Range, bool Escaped);
