using System.Globalization;

namespace Gateway.Ledger;

/// <summary>The last row of a page; the next one goes on behind it. As text: <c>1767225600000000_req_...</c>, safe in a URL.</summary>
internal sealed record LedgerCursor(long At, string RequestId)
{
    public static bool TryParse(string text, out LedgerCursor? cursor)
    {
        cursor = null;
        var split = text.IndexOf('_', StringComparison.Ordinal);
        if (split <= 0 || text.Length > 128 || !long.TryParse(text.AsSpan(0, split), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at))
        {
            return false;
        }

        cursor = new LedgerCursor(at, text[(split + 1)..]);
        return true;
    }

    public override string ToString() => $"{At}_{RequestId}";
}
