namespace Gateway.Core.Callers;

/// <summary><c>key_</c> and a UUIDv7 in 32 hexadecimal digits; never the secret.</summary>
public readonly record struct KeyId(string Value)
{
    public override string ToString() => Value;
}
