using System.Data.Common;
using System.Text;
using Gateway.Ledger;

namespace Gateway.Admin;

/// <summary>
/// All rows of a query as CSV, newest first, page by page: never more than a page in memory, and no faster than the client reads. A client that goes ends it;
/// a database that fails in the middle breaks the connection off, so that what came is not taken for all.
/// </summary>
/// <param name="ledger">Where the rows are read.</param>
/// <param name="query">Its limit is that of a page.</param>
/// <param name="first">The first page, read while a failure could still be answered.</param>
internal sealed partial class LedgerCsv(LedgerStore ledger, LedgerQuery query, LedgerPage first) : IResult
{
    /// <summary>Rows read at once: with the longest tags there are, some megabytes.</summary>
    public const int PageRows = 250;

    private const int FlushAt = 32 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, gone) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = "text/csv; charset=utf-8; header=present";
        response.Headers.ContentDisposition = "attachment; filename=\"ledger.csv\"";
        response.Headers.Vary = "Accept";
        try
        {
            await WriteAsync(response, gone);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // Nobody is there to be told.
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            Log.BrokenOff(httpContext.RequestServices.GetRequiredService<ILogger<LedgerCsv>>(), e);
            httpContext.Abort();
        }
    }

    private async Task WriteAsync(HttpResponse response, CancellationToken gone)
    {
        var text = new StringBuilder(LedgerCsvText.Header, FlushAt * 2);
        var line = new CsvRow(text);
        for (var page = first; ; page = await ledger.ListAsync(query with { After = page.Next }, gone))
        {
            foreach (var row in page.Rows)
            {
                LedgerCsvText.Append(line, row);
                if (text.Length >= FlushAt && !await SendAsync(response, text, gone))
                {
                    return;
                }
            }

            if (page.Next is null)
            {
                await SendAsync(response, text, gone);
                return;
            }
        }
    }

    /// <returns>False where the client reads no more.</returns>
    private static async ValueTask<bool> SendAsync(HttpResponse response, StringBuilder text, CancellationToken gone)
    {
        // One encoder over all chunks, as one may end in the middle of a character.
        var encoder = Encoding.UTF8.GetEncoder();
        foreach (var chunk in text.GetChunks())
        {
            encoder.Convert(chunk.Span, response.BodyWriter, flush: false, out _, out _);
        }

        text.Clear();
        var flushed = await response.BodyWriter.FlushAsync(gone);
        return !flushed.IsCompleted;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A ledger download was broken off, as the database failed")]
        public static partial void BrokenOff(ILogger logger, Exception cause);
    }
}
