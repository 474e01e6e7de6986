using System.Diagnostics.CodeAnalysis;

namespace Gateway.Core.Errors;

/// <summary>A value, or the refusal that stands in its place. For asynchronous code; synchronous code uses <c>TryX</c>.</summary>
public readonly struct Outcome<T>
{
    private readonly T? _value;

    private Outcome(T? value, GatewayError? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>The refusal, or null where there is a value.</summary>
    public GatewayError? Error { get; }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(GatewayError error) => new(default, error);

    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out GatewayError? error)
    {
        value = _value;
        error = Error;
        return error is null;
    }
}
