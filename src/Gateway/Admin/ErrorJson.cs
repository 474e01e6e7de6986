namespace Gateway.Admin;

internal sealed record ErrorJson(ErrorBodyJson Error, string TraceId);
