using System.Data.Common;
using Gateway.Core.Pricing;

namespace Gateway.Storage;

/// <summary>Columns that may hold NULL, as the types of the domain have it.</summary>
internal static class NullableColumns
{
    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static long? NumberOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static Money? MoneyOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : new Money(row.GetInt64(column));

    public static DateTimeOffset? TimeOrNull(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : UnixMicroseconds.ToTime(row.GetInt64(column));
}
