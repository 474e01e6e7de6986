namespace Gateway.Core.Dialects;

/// <summary>What a translated answer, and every chunk of a translated stream, carries beside its content.</summary>
/// <param name="Id">Its <c>id</c>: <c>chatcmpl-</c> and what tells it from others, in ASCII without anything that JSON escapes.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="ModelJson">The name that the client sent, as a JSON string in UTF-8.</param>
public sealed record ChatFrame(string Id, long Created, ReadOnlyMemory<byte> ModelJson)
{
    public static ChatFrame Of(in AnswerFrame frame) => new($"chatcmpl-{frame.BareId}", frame.Created, frame.ModelJson);
}
