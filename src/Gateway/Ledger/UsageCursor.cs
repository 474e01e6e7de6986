using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Gateway.Ledger;

/// <summary>The last row of a page by what it is grouped by. As text it is base64url, since a model may have any name.</summary>
internal sealed record UsageCursor(UsageGroups GroupBy, DateOnly? Day, string? Tenant, string? Key, string? Model)
{
    private const int Longest = 4096;

    // No id or model name holds a line break; one that did would only make its own cursor unreadable.
    private const char Separator = '\n';

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static UsageCursor Of(UsageGroups groupBy, UsageRow row) => new(groupBy, row.Day, row.Tenant, row.Key, row.Model);

    /// <param name="text">As <see cref="ToString"/> writes it.</param>
    /// <param name="groupBy">The grouping of the page that it is to continue; a cursor of another is refused.</param>
    /// <param name="cursor">The cursor.</param>
    public static bool TryParse(string text, UsageGroups groupBy, [NotNullWhen(true)] out UsageCursor? cursor)
    {
        cursor = null;
        if (text.Length > Longest || !TryDecode(text, out var decoded) || decoded.Contains('\0', StringComparison.Ordinal))
        {
            return false;
        }

        var parts = decoded.Split(Separator);
        var groups = Enum.GetValues<UsageGroups>().Where(group => group != UsageGroups.None && groupBy.HasFlag(group)).ToArray();
        if (groups.Length == 0 || parts.Length != groups.Length + 1 || parts[0] != Mark(groupBy))
        {
            return false;
        }

        var read = new UsageCursor(groupBy, null, null, null, null);
        for (var i = 0; i < groups.Length; i++)
        {
            var part = parts[i + 1];
            switch (groups[i])
            {
                case UsageGroups.Day when DateOnly.TryParseExact(part, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day):
                    read = read with { Day = day };
                    break;
                case UsageGroups.Tenant:
                    read = read with { Tenant = part };
                    break;
                case UsageGroups.Key:
                    read = read with { Key = part };
                    break;
                case UsageGroups.Model:
                    read = read with { Model = part };
                    break;
                default:
                    return false;
            }
        }

        cursor = read;
        return true;
    }

    public override string ToString()
    {
        string?[] parts = [Mark(GroupBy), Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Tenant, Key, Model];
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join(Separator, parts.Where(part => part is not null))));
    }

    private static string Mark(UsageGroups groupBy) => ((int)groupBy).ToString(CultureInfo.InvariantCulture);

    private static bool TryDecode(string text, out string decoded)
    {
        try
        {
            decoded = Strict.GetString(Base64Url.DecodeFromChars(text));
            return true;
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            decoded = "";
            return false;
        }
    }
}
