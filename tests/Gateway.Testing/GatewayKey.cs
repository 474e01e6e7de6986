namespace Gateway.Testing;

/// <summary>A key that the admin API has issued.</summary>
public sealed record GatewayKey(string Id, string Secret);
