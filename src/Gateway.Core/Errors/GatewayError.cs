using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Gateway.Core.Errors;

/// <summary>
/// A refusal in OpenAI's form: <c>{"error":{"message","type","param","code"}}</c> under an HTTP status.
/// There is one static factory for each refusal, so that status, type, code and wording are decided in one place.
/// </summary>
public sealed partial record GatewayError
{
    private const int LongestCode = 64;
    private static readonly SearchValues<char> CodeLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.");

    private GatewayError(int status, string type, string? code, string? param, string message)
    {
        Status = status;
        Type = type;
        Code = code;
        Param = param;
        Message = message;
    }

    /// <summary>HTTP status, 400 to 599.</summary>
    public int Status { get; }

    public string Type { get; }

    public string? Code { get; }

    /// <summary>The field at fault, as a path into the body (<c>messages[0].content[1]</c>), or null.</summary>
    public string? Param { get; }

    /// <summary>For the client: says what is wrong and what to do; never holds a key, a prompt or image bytes.</summary>
    public string Message { get; }

    public RetryAdvice Retry { get; init; }

    /// <summary>With <see cref="RetryAdvice.After"/>: when to try again. At most 60 s goes onto the wire.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>What the provider did, where the refusal is its own.</summary>
    public ProviderFault Fault { get; init; }

    /// <summary>The limit that refuses, where one does.</summary>
    public RefusingLimit? Limit { get; init; }

    /// <summary>What logs and spans call it: its code, else its type. Of a provider's own words only what looks like a code, for it may hold anything else.</summary>
    public string Label => Fault != ProviderFault.RequestRefused ? Code ?? Type : IsCode(Code) ? Code : "provider_request_refused";

    private static bool IsCode([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= LongestCode } && !text.AsSpan().ContainsAnyExcept(CodeLetters);

    private static GatewayError Invalid(string? code, string? param, string message) =>
        new(400, ErrorTypes.InvalidRequest, code, param, message);
}
