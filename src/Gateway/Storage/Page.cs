namespace Gateway.Storage;

/// <summary>Items, newest first, and the id behind which the next page goes on; null where there is none.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    /// <param name="items">One more than <paramref name="limit"/> where there is another page.</param>
    public static Page<T> Of(List<T> items, int limit, Func<T, string> idOf)
    {
        if (items.Count <= limit)
        {
            return new Page<T>(items, null);
        }

        items.RemoveRange(limit, items.Count - limit);
        return new Page<T>(items, idOf(items[^1]));
    }
}
