namespace Gateway.Pipeline;

/// <summary>Buckets as OpenAI's usage API pages them.</summary>
internal sealed record PageJson<T>(IReadOnlyList<BucketJson<T>> Data, bool HasMore, string? NextPage)
{
    public string Object { get; } = "page";
}
