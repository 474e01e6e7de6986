using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Gateway.Core.Callers;
using Gateway.Testing;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>Pictures that a request names by the id of their upload.</summary>
public sealed class UploadedImageTests : GatewayTest
{
    [Theory]
    [InlineData("{\"type\":\"image_url\",\"image_url\":{\"url\":\"ID\",\"detail\":\"low\"}}", 85)]
    [InlineData("{\"type\":\"image_file\",\"image_file\":{\"file_id\":\"ID\"}}", 1105)]
    [InlineData("{\"type\":\"file\",\"file\":{\"file_id\":\"ID\",\"filename\":\"cat.png\"}}", 1105)]
    public async Task Uploaded_image_is_counted_and_sent_as_a_data_url(string part, long tokens)
    {
        var picture = Pictures.Png(2048, 4096, padding: 100_000);
        var id = await UploadAsync(picture);

        using var response = await App.ChatAsync(Body(part.Replace("ID", id, StringComparison.Ordinal)));

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Images, row.ImageTokensEstimated).ShouldBe((1, tokens));
        var received = JsonNode.Parse((await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].BodyText)!["messages"]![0]!["content"]![1]!;
        ((string?)received["type"]).ShouldBe("image_url");
        ((string?)received["image_url"]!["url"]).ShouldBe($"data:image/png;base64,{Convert.ToBase64String(picture)}");
        received["file"].ShouldBeNull();
        received["image_file"].ShouldBeNull();
    }

    [Fact]
    public async Task One_upload_may_be_used_several_times_and_beside_others()
    {
        var id = await UploadAsync(Pictures.Png(1024, 1024));
        var other = await UploadAsync(Pictures.Png(512, 512));

        using var response = await App.ChatAsync(Body(string.Join(',', ChatBody.Part(id), ChatBody.Part(other), ChatBody.Part(Pictures.PngUrl(10, 10)), ChatBody.Part(id))));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await App.RowsAsync()).ShouldHaveSingleItem().ImageTokensEstimated.ShouldBe(765 + 255 + 255 + 765);
    }

    [Fact]
    public async Task File_of_another_tenant_is_as_one_that_does_not_exist()
    {
        var id = await UploadAsync(Pictures.Png(1024, 1024));
        var stranger = await App.IssueKeyAsync();

        using var foreign = await App.ChatAsync(Body(ChatBody.Part(id)), stranger);
        using var absent = await App.ChatAsync(Body(ChatBody.Part(id.Replace("file-", "file-x", StringComparison.Ordinal))), stranger);

        foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var error = await foreign.ErrorAsync();
        ((string?)error["code"], (string?)error["param"]).ShouldBe(("image_file_not_found", "messages[0].content[1]"));
        absent.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        App.Simulator.Requests.Total.ShouldBe(0);
    }

    [Theory]
    [InlineData("file-")]
    [InlineData("file-../../etc/passwd")]
    [InlineData("file-\\ud800")]
    [InlineData("file-'; drop table files; --")]
    public async Task Id_that_none_has_is_not_found(string id)
    {
        using var response = await App.ChatAsync(Body(ChatBody.Part(id)));

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Deleted_file_is_gone_for_requests_too()
    {
        var id = await UploadAsync(Pictures.Png(1024, 1024));
        using var client = App.Client();
        using var deleted = await client.DeleteAsync($"/v1/files/{id}", Timeout);
        deleted.StatusCode.ShouldBe(HttpStatusCode.OK);

        using var response = await App.ChatAsync(Body(ChatBody.Part(id)));

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Picture_that_its_store_has_lost_is_no_fault_of_the_provider_and_costs_nothing()
    {
        var key = await App.IssueKeyAsync(keyLimits: new RateLimits { RequestsPerMinute = 100 });
        var id = await UploadAsync(Pictures.Png(1024, 1024, padding: 100_000), key);
        Directory.Delete(Path.Combine(Path.GetDirectoryName(App.DatabasePath)!, "files"), recursive: true);

        using var response = await App.ChatAsync(Body(ChatBody.Part(id)), key);

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("storage_unavailable");
        foreach (var header in (string[])["x-request-id", "openai-version", "openai-processing-ms", "x-gateway-provider", "x-gateway-model", "x-ratelimit-limit-requests"])
        {
            response.Headers.Contains(header).ShouldBeTrue(header);
        }

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Status, row.PromptTokens).ShouldBe((503, 0));
    }

    [Fact]
    public async Task Store_that_fails_is_logged_with_its_cause_and_told_without()
    {
        var logs = new LogCollector();
        await using var app = await GatewayApp.StartAsync(new GatewayAppOptions { Logs = logs });
        await using (var database = new SqliteConnection($"Data Source={app.DatabasePath};Pooling=False"))
        {
            await database.OpenAsync(Timeout);
            await using var drop = database.CreateCommand();
            drop.CommandText = "drop table files";
            await drop.ExecuteNonQueryAsync(Timeout);
        }

        using var response = await app.ChatAsync(Body(ChatBody.Part("file-8Dm5Vv4spJklJH14pijzPxRV4nNTgQrdH")));

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await response.Content.ReadAsStringAsync(Timeout)).ShouldNotContain("no such table");
        logs.Lines.ShouldContain(line => line.Contains("The store of files failed") && line.Contains("no such table: files"));
    }

    private static string Body(string parts) =>
        "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What is it?\"}," + parts + "]}]}";

    private async Task<string> UploadAsync(byte[] picture, string? key = null)
    {
        using var client = App.Client(key);
        using var file = new ByteArrayContent(picture);
        file.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var form = new MultipartFormDataContent { { new StringContent("vision"), "purpose" }, { file, "file", "cat.png" } };
        using var response = await client.PostAsync("/v1/files", form, Timeout);
        var answer = await response.Content.ReadAsStringAsync(Timeout);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, answer);
        return (string)JsonNode.Parse(answer)!["id"]!;
    }
}
