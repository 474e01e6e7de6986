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

    private const string Header =
        "request_id,at,tenant_id,key_id,endpoint,model,provider,upstream_model,stream,status,outcome,"
        + "prompt_tokens,cached_tokens,image_tokens,image_tokens_estimated,audio_input_tokens,cache_write_tokens,"
        + "completion_tokens,reasoning_tokens,audio_output_tokens,image_output_tokens,"
        + "images,output_images,seconds,characters,end_user,tags,usage_source,price,"
        + "amount_nano_usd,list_amount_nano_usd,latency_ms,first_token_ms,trace_id,prepaid,reverses,note\r\n";

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
        var text = new StringBuilder(Header, FlushAt * 2);
        var line = new CsvRow(text);
        for (var page = first; ; page = await ledger.ListAsync(query with { After = page.Next }, gone))
        {
            foreach (var row in page.Rows)
            {
                Append(line, row);
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

    private static void Append(CsvRow line, LedgerEntry row)
    {
        line.Text(row.RequestId);
        line.Time(row.At);
        line.Text(row.TenantId.Value);
        line.Text(row.KeyId.Value);
        line.Text(row.Endpoint);
        line.Text(row.Model);
        line.Text(row.Provider);
        line.Text(row.UpstreamModel);
        line.Flag(row.Stream);
        line.Number(row.Status);
        line.Text(LedgerText.Of(row.Outcome));
        line.Number(row.PromptTokens);
        line.Number(row.CachedTokens);
        line.Number(row.ImageTokens);
        line.Number(row.ImageTokensEstimated);
        line.Number(row.AudioInputTokens);
        line.Number(row.CacheWriteTokens);
        line.Number(row.CompletionTokens);
        line.Number(row.ReasoningTokens);
        line.Number(row.AudioOutputTokens);
        line.Number(row.ImageOutputTokens);
        line.Number(row.Images);
        line.Number(row.OutputImages);
        line.Number(row.Seconds);
        line.Number(row.Characters);
        line.Text(row.EndUser);
        line.Text(row.Tags);
        line.Text(LedgerText.Of(row.UsageSource));
        line.Text(row.Price);
        line.Number(row.Amount.NanoUsd);
        line.Number(row.ListAmount.NanoUsd);
        line.Number(row.LatencyMs);
        line.Number(row.FirstTokenMs);
        line.Text(row.TraceId);
        line.Flag(row.Prepaid);
        line.Text(row.Reverses);
        line.Text(row.Note);
        line.End();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A ledger download was broken off, as the database failed")]
        public static partial void BrokenOff(ILogger logger, Exception cause);
    }
}
