using System.Buffers;
using System.Text.Json;
using Gateway.Catalog;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Keys;

namespace Gateway.Pipeline;

/// <summary>The models of the catalog that the caller's key may use, in OpenAI's form, or in Anthropic's for a client that names a version of its API.</summary>
internal sealed class ModelEndpoints(KeyAuthenticator keys, CatalogStore catalogs, TimeProvider time)
{
    public Task ListAsync(HttpContext context) => AnswerAsync(context, name: null);

    public Task GetAsync(HttpContext context, string id) => AnswerAsync(context, id);

    private async Task AnswerAsync(HttpContext context, string? name)
    {
        var isAnthropic = context.Request.Headers.ContainsKey("anthropic-version");
        if (isAnthropic)
        {
            Exchange.Of(context).Endpoint = ApiEndpoint.Messages;
        }

        if (!(await keys.AuthenticateAsync(context, isAnthropic)).TryGet(out var caller, out var error))
        {
            await ErrorResponse.WriteAsync(context, error);
            return;
        }

        Exchange.Of(context).Caller = caller;
        var body = new ArrayBufferWriter<byte>(4096);
        await using (var json = new Utf8JsonWriter(body))
        {
            if (name is null)
            {
                if (isAnthropic)
                {
                    AnthropicModelWriter.WriteList(json, catalogs.Current, caller);
                }
                else
                {
                    ModelListWriter.WriteList(json, catalogs.Current, caller, time.GetUtcNow());
                }
            }
            else
            {
                error = isAnthropic
                    ? AnthropicModelWriter.WriteOne(json, catalogs.Current, name, caller)
                    : ModelListWriter.WriteOne(json, catalogs.Current, name, caller, time.GetUtcNow());
            }
        }

        if (error is not null)
        {
            await ErrorResponse.WriteAsync(context, error);
            return;
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}
