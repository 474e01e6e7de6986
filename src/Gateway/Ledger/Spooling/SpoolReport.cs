namespace Gateway.Ledger.Spooling;

/// <summary>What a spool holds, looked at from outside while its gateway runs or not.</summary>
/// <param name="Waiting">Rows that are to come into the database.</param>
/// <param name="Refused">Records that were set aside.</param>
/// <param name="Damaged">Files of bytes that are no records.</param>
internal sealed record SpoolReport(long Waiting, long Refused, int Damaged)
{
    public bool IsEmpty => Waiting + Refused + Damaged == 0;

    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not.</exception>
    public static SpoolReport Of(string folder) => new(
        SpoolFiles.In(folder, SpoolFiles.Segment).Sum(file => Count(file.Path)),
        SpoolFiles.In(folder, SpoolFiles.Refused).Sum(file => Count(file.Path)),
        SpoolFiles.In(folder, SpoolFiles.Damaged).Count);

    private static long Count(string path)
    {
        try
        {
            using var reader = new SpoolReader(path);
            var (count, end) = (0L, reader.FileLength);
            while (reader.Next(end) is { } item)
            {
                count += item.IsRecord ? 1 : 0;
            }

            return count;
        }
        catch (Exception e) when (e is FileNotFoundException or EndOfStreamException)
        {
            // Its rows came into the database, or a write was cut back, just now.
            return 0;
        }
    }
}
