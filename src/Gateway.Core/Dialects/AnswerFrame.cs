namespace Gateway.Core.Dialects;

/// <summary>What an answer of the gateway's own making may carry beside its content.</summary>
/// <param name="RequestId"><c>req_</c> and what tells it from others, in ASCII without anything that JSON escapes.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="ModelJson">The name that the client sent, as a JSON string in UTF-8.</param>
public readonly record struct AnswerFrame(string RequestId, long Created, ReadOnlyMemory<byte> ModelJson)
{
    /// <summary>The request's id without its prefix, for an answer's id with a prefix of its own.</summary>
    public ReadOnlySpan<char> BareId => RequestId.AsSpan(RequestId.IndexOf('_') + 1);
}
