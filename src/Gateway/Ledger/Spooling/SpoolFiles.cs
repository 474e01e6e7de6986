using System.Globalization;

namespace Gateway.Ledger.Spooling;

/// <summary>The names in a spool's folder: a number of 16 digits, which gives the order, and what the file holds.</summary>
internal static class SpoolFiles
{
    /// <summary>Rows to come into the database.</summary>
    public const string Segment = ".spool";

    /// <summary>Records that the database, or this version, refuses; in the same form, so that it becomes a segment by being renamed.</summary>
    public const string Refused = ".refused";

    /// <summary>Bytes of a segment whose checksum is wrong.</summary>
    public const string Damaged = ".damaged";

    public const string Lock = "lock";

    public static string NameOf(string folder, long number, string extension) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{number:D16}{extension}"));

    /// <summary>Files of one kind, in order. None where there is no folder.</summary>
    public static List<(long Number, string Path)> In(string folder, string extension)
    {
        var files = new List<(long Number, string Path)>();
        if (Directory.Exists(folder))
        {
            foreach (var path in Directory.EnumerateFiles(folder))
            {
                // Of another name, or with a number out of range: nobody's business.
                if (Path.GetExtension(path) == extension
                    && long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && number < long.MaxValue)
                {
                    files.Add((number, path));
                }
            }
        }

        files.Sort();
        return files;
    }
}
