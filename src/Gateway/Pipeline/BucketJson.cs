namespace Gateway.Pipeline;

/// <summary>One span of time; both ends in Unix seconds.</summary>
internal sealed record BucketJson<T>(long StartTime, long EndTime, IReadOnlyList<T> Results)
{
    public string Object { get; } = "bucket";
}
