using StackExchange.Redis;

namespace Gateway.Limits;

/// <summary>One call of a script.</summary>
internal readonly record struct RedisCall(RedisKey[] Keys, RedisValue[] Arguments);
