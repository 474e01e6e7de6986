using System.Net;
using System.Text.Json.Nodes;
using Gateway.Core.Images;
using Gateway.Files;
using Gateway.Keys;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Files;

public sealed class FileEndpointTests : GatewayTest
{
    private string Folder => Path.Combine(Path.GetDirectoryName(App.DatabasePath)!, "files");

    [Fact]
    public async Task File_is_uploaded_found_listed_read_and_deleted()
    {
        using var client = App.Client();
        var png = FileForm.Png(1);

        var made = await FileForm.Of(png, "user_data", "cat.png").UploadAsync(client, Timeout);
        var id = (string)made["id"]!;

        id.ShouldMatch("^file-[0-9A-Za-z]{24,}$");
        ((string?)made["object"]).ShouldBe("file");
        ((long)made["bytes"]!).ShouldBe(png.Length);
        ((string?)made["filename"]).ShouldBe("cat.png");
        ((string?)made["purpose"]).ShouldBe("user_data");
        ((string?)made["status"]).ShouldBe("processed");
        ((long)made["created_at"]!).ShouldBeGreaterThan(1_700_000_000);
        made["expires_at"].ShouldBeNull();

        using var found = await client.GetAsync($"/v1/files/{id}", Timeout);
        (await found.JsonAsync()).ToJsonString().ShouldBe(made.ToJsonString());
        found.Header("x-request-id").ShouldNotBeNull();

        using var content = await client.GetAsync($"/v1/files/{id}/content", Timeout);
        (await content.Content.ReadAsByteArrayAsync(Timeout)).ShouldBe(png);
        content.Header("Content-Type").ShouldBe("image/png");
        content.Header("Content-Length").ShouldBe($"{png.Length}");
        content.Header("X-Content-Type-Options").ShouldBe("nosniff");
        content.Header("Content-Disposition").ShouldBe("attachment; filename=cat.png; filename*=UTF-8''cat.png");

        using var list = await client.GetAsync("/v1/files", Timeout);
        var page = await list.JsonAsync();
        ((string?)page["object"]).ShouldBe("list");
        ((string?)page["first_id"]).ShouldBe(id);
        ((string?)page["last_id"]).ShouldBe(id);
        ((bool)page["has_more"]!).ShouldBeFalse();
        page["data"]![0]!.ToJsonString().ShouldBe(made.ToJsonString());

        using var deleted = await client.DeleteAsync($"/v1/files/{id}", Timeout);
        (await deleted.JsonAsync()).ToJsonString().ShouldBe($$"""{"id":"{{id}}","object":"file","deleted":true}""");
        foreach (var path in (string[])["", "/content"])
        {
            using var gone = await client.GetAsync($"/v1/files/{id}{path}", Timeout);
            gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            ((string?)(await gone.ErrorAsync())["message"]).ShouldBe($"No such File object: {id}");
        }

        Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Fields_come_in_any_order_and_the_bytes_decide_the_type()
    {
        using var client = App.Client();

        var form = new FileForm().Field("expires_after[seconds]", "3600").File(FileForm.Jpeg(300, 200, segments: 4), "photo.png").Field("purpose", "vision").Field("expires_after[anchor]", "created_at");
        var made = await form.UploadAsync(client, Timeout);

        ((long)made["expires_at"]!).ShouldBe((long)made["created_at"]! + 3600);
        using var content = await client.GetAsync($"/v1/files/{made["id"]}/content", Timeout);
        content.Header("Content-Type").ShouldBe("image/jpeg");
    }

    [Fact]
    public async Task Stored_file_serves_other_parts_of_the_gateway()
    {
        using var client = App.Client();
        var store = App.Services.GetRequiredService<FileStore>();
        var (still, jpeg) = (FileForm.Gif(1, padding: 100_000), FileForm.Jpeg(300, 200, segments: 4));
        var gif = await FileForm.Of(still).UploadAsync(client, Timeout);
        var photo = await FileForm.Of(jpeg).UploadAsync(client, Timeout);
        var tenant = (await App.Services.GetRequiredService<KeyAuthenticator>().AuthenticateAsync($"Bearer {App.Key}", null, Timeout)).TryGet(out var caller, out _) ? caller.Tenant : default;

        var file = (await store.FindAsync(tenant, (string)gif["id"]!, Timeout)).ShouldNotBeNull();
        file.Header.ShouldBe(new ImageHeader(ImageFormat.Gif, new ImageSize(1, 1), false));
        await using var stream = await store.OpenAsync(file, Timeout);
        var bytes = new byte[file.Bytes];
        await stream.ReadExactlyAsync(bytes, Timeout);
        bytes.ShouldBe(still);
        (await stream.ReadAsync(new byte[1], Timeout)).ShouldBe(0);
        (await store.FindAsync(tenant, (string)photo["id"]!, Timeout)).ShouldNotBeNull().Header.Size.ShouldBe(new ImageSize(300, 200));
    }

    [Fact]
    public async Task Another_tenants_file_is_404_everywhere()
    {
        using var mine = App.Client();
        using var theirs = App.Client(await App.IssueKeyAsync());
        var id = (string)(await FileForm.Of(FileForm.Png(1)).UploadAsync(mine, Timeout))["id"]!;

        using var found = await theirs.GetAsync($"/v1/files/{id}", Timeout);
        using var content = await theirs.GetAsync($"/v1/files/{id}/content", Timeout);
        using var deleted = await theirs.DeleteAsync($"/v1/files/{id}", Timeout);
        using var list = await theirs.GetAsync("/v1/files", Timeout);
        using var after = await theirs.GetAsync($"/v1/files?order=asc&after={id}", Timeout);

        foreach (var answer in (HttpResponseMessage[])[found, content, deleted])
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            ((string?)(await answer.ErrorAsync())["type"]).ShouldBe("invalid_request_error");
        }

        (await list.JsonAsync())["data"]!.AsArray().ShouldBeEmpty();
        (await after.JsonAsync())["data"]!.AsArray().ShouldBeEmpty();
        using var still = await mine.GetAsync($"/v1/files/{id}", Timeout);
        still.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("..%2F..%2Fgateway.db")]
    [InlineData("%2e%2e%2f%2e%2e%2fgateway.db")]
    [InlineData("file-..%5C..%5C..%5Cgateway.db")]
    [InlineData("file-%00")]
    [InlineData("%F0%9F%98%80")]
    [InlineData("file-0000000000000000000000000000000000000000")]
    public async Task Id_that_is_a_path_is_no_file(string id)
    {
        using var client = App.Client();

        foreach (var path in (string[])["", "/content"])
        {
            using var found = await client.GetAsync($"/v1/files/{id}{path}", Timeout);
            ((int)found.StatusCode).ShouldBeOneOf(400, 404);
        }

        using var deleted = await client.DeleteAsync($"/v1/files/{id}", Timeout);
        ((int)deleted.StatusCode).ShouldBeOneOf(400, 404);
        File.Exists(App.DatabasePath).ShouldBeTrue();
    }

    [Fact]
    public async Task Key_is_needed_for_every_call()
    {
        using var client = App.Client("sk-gw-wrong");
        HttpRequestMessage[] requests =
        [
            new(HttpMethod.Post, "/v1/files") { Content = FileForm.Of(FileForm.Png(1)).Content() },
            new(HttpMethod.Get, "/v1/files"),
            new(HttpMethod.Get, "/v1/files/file-1"),
            new(HttpMethod.Get, "/v1/files/file-1/content"),
            new(HttpMethod.Delete, "/v1/files/file-1"),
        ];

        foreach (var request in requests)
        {
            using var response = await client.SendAsync(request, Timeout);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task List_is_paged_ordered_and_filtered()
    {
        using var client = App.Client();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add((string)(await FileForm.Of(FileForm.Png(i), i % 2 == 0 ? "vision" : "user_data").UploadAsync(client, Timeout))["id"]!);
        }

        var page = await PageAsync("?limit=2&order=asc");
        Ids(page).ShouldBe(ids[..2]);
        ((bool)page["has_more"]!).ShouldBeTrue();
        ((string?)page["last_id"]).ShouldBe(ids[1]);
        Ids(await PageAsync($"?limit=10&order=asc&after={ids[1]}")).ShouldBe(ids[2..]);
        Ids(await PageAsync($"?after={ids[2]}")).ShouldBe([ids[1], ids[0]]);
        Ids(await PageAsync("?purpose=user_data&limit=10000")).ShouldBe([ids[3], ids[1]]);
        var empty = await PageAsync($"?after={ids[0]}");
        Ids(empty).ShouldBeEmpty();
        empty["first_id"].ShouldBeNull();

        async Task<JsonNode> PageAsync(string query)
        {
            using var response = await client.GetAsync($"/v1/files{query}", Timeout);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Header("Content-Type").ShouldBe("application/json");
            return await response.JsonAsync();
        }

        static IEnumerable<string> Ids(JsonNode page) => page["data"]!.AsArray().Select(file => (string)file!["id"]!);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=10001", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("order=up", "order")]
    [InlineData("after=nothing", "after")]
    [InlineData("purpose=batch", "purpose")]
    public async Task Bad_query_of_a_list_is_refused_by_name(string query, string param)
    {
        using var client = App.Client();

        using var response = await client.GetAsync($"/v1/files?{query}", Timeout);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await response.ErrorAsync())["param"]).ShouldBe(param);
    }

    [Fact]
    public async Task Long_list_is_sent_whole()
    {
        using var client = App.Client();
        var name = new string('x', 250);
        for (var i = 0; i < 150; i++)
        {
            await FileForm.Of(FileForm.Png(1), filename: name).UploadAsync(client, Timeout);
        }

        using var response = await client.GetAsync("/v1/files", Timeout);

        (await response.JsonAsync())["data"]!.AsArray().Count.ShouldBe(150);
        Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd", "attachment; filename=passwd; filename*=UTF-8''passwd")]
    [InlineData("a\tb%0d%0aSet-Cookie: x.png", "ab%0d%0aSet-Cookie: x.png", null)]
    [InlineData("say \\\"hi\\\".png", "say \"hi\".png", "attachment; filename=\"say \\\"hi\\\".png\"; filename*=UTF-8''say%20%22hi%22.png")]
    [InlineData("кот.png", "кот.png", "attachment; filename=___.png; filename*=UTF-8''%D0%BA%D0%BE%D1%82.png")]
    public async Task Filename_is_shown_and_can_do_no_harm(string sent, string shown, string? disposition)
    {
        using var client = App.Client();

        var made = await FileForm.Of(FileForm.Png(1), filename: sent).UploadAsync(client, Timeout);

        ((string?)made["filename"]).ShouldBe(shown);
        using var content = await client.GetAsync($"/v1/files/{made["id"]}/content", Timeout);
        content.Headers.Contains("Set-Cookie").ShouldBeFalse();
        if (disposition is not null)
        {
            content.Header("Content-Disposition").ShouldBe(disposition);
        }

        Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)).ShouldAllBe(name => name.Length == 97);
    }

    [Fact]
    public async Task Store_that_fails_is_503_and_leaves_no_row()
    {
        using var client = App.Client();
        var file = await FileForm.Of(FileForm.Png(1)).UploadAsync(client, Timeout);
        Directory.Delete(Folder, recursive: true);
        await File.WriteAllTextAsync(Folder, "in the way", Timeout);

        using var content = await client.GetAsync($"/v1/files/{file["id"]}/content", Timeout);
        using var upload = await client.PostAsync("/v1/files", FileForm.Of(FileForm.Png(2)).Content(), Timeout);

        foreach (var answer in (HttpResponseMessage[])[content, upload])
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            var error = await answer.ErrorAsync();
            ((string?)error["code"]).ShouldBe("storage_unavailable");
            ((string?)error["message"])!.ShouldNotContain(Folder);
        }

        using var list = await client.GetAsync("/v1/files", Timeout);
        (await list.JsonAsync())["data"]!.AsArray().Count.ShouldBe(1);
    }
}
