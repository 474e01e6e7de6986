namespace Gateway.Admin;

/// <summary>The admin API, which is off where it has no key.</summary>
internal sealed class AdminOptions
{
    public const string AdminKeyKey = "Gateway:AdminKey";

    public string? AdminKey { get; set; }
}
