using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Ledger;
using Gateway.Pipeline;
using Gateway.Storage;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace Gateway.Tests.Texts;

/// <summary>A gateway that serves embeddings, text completions and moderation.</summary>
public abstract class TextsTest : GatewayTest
{
    private protected const string Embeddings = "/v1/embeddings";
    private protected const string Completions = "/v1/completions";
    private protected const string Moderations = "/v1/moderations";

    private protected RequestProbe Probe { get; } = new();

    protected override GatewayAppOptions Options => new() { Catalog = TextsCatalog.For, Services = Probe.Register };

    private protected async Task<HttpResponseMessage> PostAsync(string path, string body, string? key = null)
    {
        using var client = App.Client(key);
        return await GatewayApp.PostAsync(client, path, Encoding.UTF8.GetBytes(body), HttpCompletionOption.ResponseContentRead, Timeout);
    }

    /// <summary>The answer of a request that must be served.</summary>
    private protected async Task<JsonNode> AnswerAsync(string path, string body, string? key = null)
    {
        using var response = await PostAsync(path, body, key);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        return await response.JsonAsync();
    }

    /// <summary>The one row, which must be computable from itself.</summary>
    private protected async Task<LedgerEntry> RowAsync()
    {
        var row = (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem();
        await ShouldBeComputableAsync();
        return row;
    }

    private protected async Task ShouldBeComputableAsync()
    {
        await foreach (var difference in new LedgerAudit(App.Services.GetRequiredService<Database>()).AmountsAsync(null, null, null, Timeout))
        {
            throw new InvalidOperationException(difference.ToString());
        }
    }

    private protected async Task ShouldKeepNothingAsync()
    {
        (await App.RowsAsync()).ShouldBeEmpty();
        App.Services.GetRequiredService<BodyBuffers>().Held.ShouldBe(0);
    }
}
