using System.Data.Common;
using System.Text.Json;
using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Files;
using Gateway.Keys;
using Microsoft.Net.Http.Headers;

namespace Gateway.Pipeline;

/// <summary>The caller's tenant's uploaded files, in OpenAI's form. Another tenant's are not there.</summary>
internal sealed partial class FileEndpoints(
    KeyAuthenticator keys, CatalogStore catalogs, FileStore files, FileUploadReader uploads, ILogger<FileEndpoints> logger)
{
    // What they have sent so far lies in the store and counts in no quota yet.
    private readonly TenantSlots _uploads = new(mostOfTenant: 32, mostOfAll: 256);

    public Task CreateAsync(HttpContext context) => AnswerAsync(context, async caller =>
    {
        using var slot = _uploads.TryTake(caller.Tenant);
        if (slot is null)
        {
            return GatewayError.TooManyAtOnce("uploads");
        }

        if (!(await uploads.ReceiveAsync(context, caller.Tenant, catalogs.Current.Images.Limits)).TryGet(out var file, out var error))
        {
            return error;
        }

        await WriteAsync(context, json => FileJson.WriteFile(json, file));
        return null;
    });

    public Task ListAsync(HttpContext context) => AnswerAsync(context, async caller =>
    {
        if (!FileListQuery.Read(context.Request.Query).TryGet(out var query, out var error))
        {
            return error;
        }

        var page = await files.ListAsync(caller.Tenant, query, context.RequestAborted);
        var body = context.Response.BodyWriter;
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(body);
        await FileJson.WriteListAsync(json, page, async () =>
        {
            await json.FlushAsync(context.RequestAborted);
            await body.FlushAsync(context.RequestAborted);
        });
        return null;
    });

    public Task GetAsync(HttpContext context, string id) => AnswerAsync(context, async caller =>
    {
        if (await files.FindAsync(caller.Tenant, id, context.RequestAborted) is not { } file)
        {
            return GatewayError.FileNotFound(id);
        }

        await WriteAsync(context, json => FileJson.WriteFile(json, file));
        return null;
    });

    public Task ContentAsync(HttpContext context, string id) => AnswerAsync(context, async caller =>
    {
        if (await files.FindAsync(caller.Tenant, id, context.RequestAborted) is not { } file)
        {
            return GatewayError.FileNotFound(id);
        }

        await using var content = await files.OpenAsync(file, context.RequestAborted);
        var response = context.Response;
        response.ContentType = file.MediaType;
        response.ContentLength = file.Bytes;
        response.Headers.XContentTypeOptions = "nosniff";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(file.Filename);
        response.Headers.ContentDisposition = disposition.ToString();
        await content.CopyToAsync(response.Body, context.RequestAborted);
        return null;
    });

    public Task DeleteAsync(HttpContext context, string id) => AnswerAsync(context, async caller =>
    {
        if (!await files.DeleteAsync(caller.Tenant, id, context.RequestAborted))
        {
            return GatewayError.FileNotFound(id);
        }

        await WriteAsync(context, json => FileJson.WriteDeleted(json, id));
        return null;
    });

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter))
        {
            write(json);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    /// <summary>Authenticates, answers, and says what is wrong where <paramref name="answer"/> does or its store fails.</summary>
    private async Task AnswerAsync(HttpContext context, Func<Caller, Task<GatewayError?>> answer)
    {
        if ((await keys.AuthenticateAsync(context)).TryGet(out var caller, out var error))
        {
            Exchange.Of(context).Caller = caller;
            try
            {
                error = await answer(caller);
            }
            catch (Exception e) when ((e is FileStoreException or DbException or TimeoutException) && !context.RequestAborted.IsCancellationRequested)
            {
                Log.StoreFailed(logger, e);
                error = GatewayError.FileStoreUnavailable();
            }
        }

        if (error is not null)
        {
            await ErrorResponse.WriteAsync(context, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The store of files failed")]
        public static partial void StoreFailed(ILogger logger, Exception cause);
    }
}
