namespace Gateway.Keys;

/// <summary>A new key and its secret, which exists here alone: it is stored nowhere.</summary>
internal sealed record IssuedKey(TenantKey Key, string Secret)
{
    // A record would print the secret.
    public override string ToString() => Key.Prefix;
}
