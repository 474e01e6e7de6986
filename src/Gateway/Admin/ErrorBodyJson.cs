namespace Gateway.Admin;

internal sealed record ErrorBodyJson(string Message, string Type, string? Param, string? Code);
