namespace Gateway.Core.Admission;

/// <summary>The tightest limit of each kind (the least remaining), for the headers; null where no limit of that kind applies.</summary>
public readonly record struct LimitLevels(LimitLevel? Requests, LimitLevel? Tokens);
