namespace Gateway.Core.Audio;

/// <summary>Fills a buffer with a file's bytes from an offset on, as far as there are any.</summary>
/// <param name="offset">0 or more, and less than the file's length.</param>
/// <param name="into">To be filled.</param>
/// <returns>Bytes written; less than the buffer's length at the file's end alone.</returns>
public delegate int ReadAt(long offset, Span<byte> into);
