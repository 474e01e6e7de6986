namespace Gateway.Ledger;

/// <summary>The last row of a page, by its request id, which is safe in a URL; the next page goes on behind it.</summary>
internal sealed record LedgerCursor(string RequestId)
{
    private const string Prefix = "req_";
    private const int Longest = 64;
    private static readonly System.Buffers.SearchValues<char> Allowed = System.Buffers.SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz-");

    public static bool TryParse(string text, out LedgerCursor? cursor)
    {
        cursor = text.Length <= Longest && text.StartsWith(Prefix, StringComparison.Ordinal) && !text.AsSpan(Prefix.Length).ContainsAnyExcept(Allowed)
            ? new LedgerCursor(text)
            : null;
        return cursor is not null;
    }

    public override string ToString() => RequestId;
}
