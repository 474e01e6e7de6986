namespace Gateway.Core.Requests;

/// <summary>What the body says under <c>stream_options</c>, and where, so that <c>include_usage</c> can be spliced in.</summary>
/// <param name="Value">The value of <c>stream_options</c>; empty where the body has none.</param>
/// <param name="IsObject">Whether it is an object; otherwise it is null.</param>
/// <param name="IsEmptyObject">Whether that object has no property.</param>
/// <param name="IncludeUsageValue">The value of <c>include_usage</c>; empty where it is absent.</param>
/// <param name="IncludeUsage">Whether the client asked for usage.</param>
public readonly record struct StreamOptions(ByteRange Value, bool IsObject, bool IsEmptyObject, ByteRange IncludeUsageValue, bool IncludeUsage)
{
    public bool IsPresent => Value.Length > 0;
}
