using System.IO.Compression;
using System.Text;
using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Ledger;

/// <summary>Writes a month's rows into a file of the data directory, compressed, in the form of the CSV download.</summary>
internal sealed class LedgerExport(LedgerStore ledger, IOptions<StorageOptions> storage)
{
    private const int PageRows = 1000;

    /// <summary>
    /// The file is there whole and on disk when this returns. None is replaced: rows that come late, and those of an export that was broken off behind it, go to
    /// a second one. A row may then be in both, and has the same request id.
    /// </summary>
    /// <param name="month">Its first moment.</param>
    /// <param name="ct">Ends it; a file that was begun goes.</param>
    public async Task<(string Path, long Rows)> WriteAsync(DateTimeOffset month, CancellationToken ct)
    {
        var folder = storage.Value.ArchiveDirectory;
        Directory.CreateDirectory(folder);
        var path = Enumerable.Range(1, int.MaxValue)
            .Select(number => Path.Combine(folder, number == 1 ? $"ledger-{month:yyyy-MM}.csv.gz" : $"ledger-{month:yyyy-MM}.{number}.csv.gz"))
            .First(candidate => !File.Exists(candidate));
        var begun = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            long rows;
            await using (var file = new FileStream(begun, FileMode.CreateNew, FileAccess.Write))
            {
                await using (var compressed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
                {
                    rows = await WriteAsync(compressed, month, ct);
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(begun, path);
            return (path, rows);
        }
        finally
        {
            File.Delete(begun);
        }
    }

    private async Task<long> WriteAsync(Stream stream, DateTimeOffset month, CancellationToken ct)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        var text = new StringBuilder(LedgerCsvText.Header);
        var line = new CsvRow(text);
        var rows = 0L;
        var query = new LedgerQuery(null, null, null, month, month.AddMonths(1), null, PageRows);
        while (true)
        {
            var page = await ledger.ListAsync(query, ct);
            foreach (var row in page.Rows)
            {
                LedgerCsvText.Append(line, row);
            }

            rows += page.Rows.Count;
            await writer.WriteAsync(text, ct);
            text.Clear();
            if (page.Next is null)
            {
                return rows;
            }

            query = query with { After = page.Next };
        }
    }
}
