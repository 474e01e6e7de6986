using System.Text;
using Gateway.Storage;

namespace Gateway.Ledger;

/// <summary>The conditions of a <see cref="LedgerQuery"/>: only the filters that are set, so that each combination finds its index.</summary>
internal static class LedgerFilter
{
    private const string OfTenant = " and tenant_id = @tenant";
    private const string OfKey = " and key_id = @key";
    private const string OfModel = " and model = @model";
    private const string From = " and request_id >= @from_id and at >= @from";
    private const string To = " and request_id < @to_id and at < @to";
    private const string Behind = " and request_id < @cursor";

    /// <summary>To be put behind a <c>where</c> with a condition; the limit is the caller's.</summary>
    public static (string Conditions, List<SqlArgument> Arguments) Compose(LedgerQuery query)
    {
        var sql = new StringBuilder();
        var arguments = new List<SqlArgument>();
        Where(OfTenant, "@tenant", query.Tenant);
        Where(OfKey, "@key", query.Key);
        Where(OfModel, "@model", query.Model);
        if (query.From is { } from)
        {
            Where(From, "@from", UnixMicroseconds.From(from));
            arguments.Add(new SqlArgument("@from_id", FirstIdOf(from)));
        }

        if (query.To is { } to)
        {
            Where(To, "@to", UnixMicroseconds.From(to));

            // Ids resolve milliseconds: those of the one that the end lies in are all looked at.
            arguments.Add(new SqlArgument("@to_id", FirstIdOf(to.AddMilliseconds(1))));
        }

        Where(Behind, "@cursor", query.After?.RequestId);
        return (sql.ToString(), arguments);

        void Where(string condition, string name, object? value)
        {
            if (value is not null)
            {
                sql.Append(condition);
                arguments.Add(new SqlArgument(name, value));
            }
        }
    }

    /// <summary>What every id of this millisecond and later ones begins with or lies behind: <c>req_</c> and a UUIDv7's 48 bits of time.</summary>
    public static string FirstIdOf(DateTimeOffset time)
    {
        var ms = Math.Clamp(time.ToUnixTimeMilliseconds(), 0, (1L << 48) - 1);
        return $"req_{ms >> 16:x8}-{ms & 0xFFFF:x4}";
    }
}
