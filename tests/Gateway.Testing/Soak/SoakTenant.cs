namespace Gateway.Testing.Soak;

internal sealed record SoakTenant(string Name, string Id, GatewayKey Key);
