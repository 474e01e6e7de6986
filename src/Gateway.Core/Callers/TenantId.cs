namespace Gateway.Core.Callers;

/// <summary><c>ten_</c> and a UUIDv7 in 32 hexadecimal digits.</summary>
public readonly record struct TenantId(string Value)
{
    public override string ToString() => Value;
}
