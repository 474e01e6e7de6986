namespace Gateway.Admin;

internal sealed record ListJson<T>(IReadOnlyList<T> Data, bool HasMore, string? NextCursor)
{
    public string Object { get; } = "list";

    public static ListJson<T> Of(IEnumerable<T> data, string? next) => new([.. data], next is not null, next);
}
