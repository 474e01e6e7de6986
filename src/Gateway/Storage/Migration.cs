using System.Globalization;
using System.Reflection;

namespace Gateway.Storage;

/// <summary>One numbered script of <c>Storage/Migrations</c>. Once released it never changes; a later one amends it.</summary>
internal sealed record Migration(long Version, string Name, string Sql)
{
    private const string PostgresAlone = "-- PostgreSQL alone.";

    private const string Folder = "Gateway.Storage.Migrations.";

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = [.. Load(typeof(Migration).Assembly).OrderBy(migration => migration.Version)];

    /// <summary>Whether it changes anything there. Where it does not, it counts as applied all the same.</summary>
    public bool IsFor(SqlDialect dialect) => dialect is PostgresDialect || !Sql.StartsWith(PostgresAlone, StringComparison.Ordinal);

    private static IEnumerable<Migration> Load(Assembly assembly)
    {
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith(Folder, StringComparison.Ordinal))
            {
                continue;
            }

            using var stream = assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"No resource {resource}.");
            using var reader = new StreamReader(stream);
            var name = Path.GetFileNameWithoutExtension(resource[Folder.Length..]);
            yield return new Migration(long.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name, reader.ReadToEnd());
        }
    }
}
