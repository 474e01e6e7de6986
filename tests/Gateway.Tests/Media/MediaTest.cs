using System.Net.Http.Headers;
using System.Text;
using Gateway.Core.Streaming;
using Gateway.Ledger;
using Gateway.Pipeline;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;

namespace Gateway.Tests.Media;

/// <summary>A gateway that serves images and audio, and what a client sends it.</summary>
public abstract class MediaTest : GatewayTest
{
    protected override GatewayAppOptions Options => new() { Catalog = MediaCatalog.For };

    protected static byte[] Wav(int seconds) => Sounds.Wav(seconds);

    protected static MultipartFormDataContent Form(params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent("----media");
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        return form;
    }

    protected static MultipartFormDataContent WithFile(MultipartFormDataContent form, string name, byte[] content, string filename = "a.bin")
    {
        form.Add(new ByteArrayContent(content), name, filename);
        return form;
    }

    private protected async Task<HttpResponseMessage> PostAsync(string path, HttpContent content, string? key = null, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        using var client = App.Client(key);
        return await client.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, completion, Timeout);
    }

    private protected Task<HttpResponseMessage> PostAsync(string path, string json, string? key = null, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return PostAsync(path, content, key, completion);
    }

    /// <summary>The one row, which must be computable from itself.</summary>
    private protected async Task<LedgerEntry> RowAsync()
    {
        var row = (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem();
        var audit = new LedgerAudit(App.Services.GetRequiredService<Database>());
        await foreach (var difference in audit.AmountsAsync(null, null, null, Timeout))
        {
            throw new InvalidOperationException(difference.ToString());
        }

        return row;
    }

    private protected async Task ShouldKeepNothingAsync()
    {
        (await App.RowsAsync()).ShouldBeEmpty();
        App.Services.GetRequiredService<BodyBuffers>().Held.ShouldBe(0);
        var uploads = App.Services.GetRequiredService<IOptions<StorageOptions>>().Value.UploadsDirectory;
        (Directory.Exists(uploads) ? Directory.GetFiles(uploads) : []).ShouldBeEmpty();
    }

    private protected static void ShouldBe(LedgerEntry row, string endpoint, UsageSource source, string amount)
    {
        row.Endpoint.ShouldBe(endpoint);
        row.Outcome.ShouldBe(AnswerOutcome.Completed);
        row.UsageSource.ShouldBe(source);
        row.Amount.ToString().ShouldBe(amount);
    }
}
