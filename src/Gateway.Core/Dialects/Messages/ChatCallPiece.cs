using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Messages;

/// <summary>A call of a tool, or a piece of one. Ranges are the inside of JSON strings.</summary>
/// <param name="Index">Which of the answer's calls, or <see cref="NoIndex"/>.</param>
/// <param name="Id">Told with the first piece.</param>
/// <param name="Name">Told with the first piece.</param>
/// <param name="Arguments">A piece of them.</param>
internal readonly record struct ChatCallPiece(long Index, ByteRange Id, ByteRange Name, ByteRange Arguments)
{
    public const long NoIndex = -1;
}
