namespace Gateway.Core.Requests;

/// <summary>One part of a multipart body.</summary>
/// <param name="Name">Not empty.</param>
/// <param name="IsFile">Whether it came with a file's name. The name itself is the provider's to read.</param>
/// <param name="Offset">Where its content begins in the body.</param>
/// <param name="Length">Bytes of its content.</param>
/// <param name="Text">Its content, where it is a field that was asked for; else empty.</param>
public readonly record struct FormPart(string Name, bool IsFile, long Offset, long Length, ReadOnlyMemory<byte> Text);
