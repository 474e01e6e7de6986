using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Gateway.Backends.Tests.Storage;
using Gateway.Files;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Files;

public sealed class PostgresFileTests() : FileSuite(Backend.Postgres)
{
    [Fact]
    public async Task Blob_lies_in_chunks_and_a_lost_one_is_a_failure_of_the_store()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Postgres);
        var node = new FileNode(test);
        var file = await node.UploadAsync(await node.TenantAsync(), FileNode.Bytes((2 * PostgresBlobStore.ChunkBytes) + 1, 1));

        var lengths = await node.Database.ListAsync("select octet_length(data) from file_chunks order by number", row => row.GetInt32(0), [], CancellationToken.None);
        lengths.ShouldBe([PostgresBlobStore.ChunkBytes, PostgresBlobStore.ChunkBytes, 1]);

        await node.Database.WriteAsync(session => session.ExecuteAsync("delete from file_chunks where number = 1", [], CancellationToken.None), CancellationToken.None);
        await Should.ThrowAsync<FileStoreException>(() => node.ReadAsync(file));
    }

    [Fact]
    public async Task File_uploaded_to_one_node_is_served_by_another_whole_and_by_its_type()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var postgres = await (await SharedPostgres.StartAsync()).CreateDatabaseAsync();
        var options = new GatewayAppOptions { Settings = new Dictionary<string, string> { ["ConnectionStrings:Postgres"] = postgres } };
        await using var first = await GatewayApp.StartAsync(options);
        await using var second = await GatewayApp.StartAsync(options);
        using var here = first.Client();
        using var there = second.Client(first.Key);

        // A GIF is read back to its end before it is taken.
        byte[] gif =
        [
            .. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0, (byte)',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 0x01, 0,
            (byte)'!', 0xFE, .. Enumerable.Repeat<byte>(255, 256 * 3000), 0, (byte)';',
        ];
        foreach (var (bytes, type) in ((byte[], string)[])[(Pictures.Png(8, 4, 1_000_000), "image/png"), (gif, "image/gif")])
        {
            using var form = new MultipartFormDataContent { { new StringContent("vision"), "purpose" }, { new ByteArrayContent(bytes), "file", "a.bin" } };
            using var made = await here.PostAsync("/v1/files", form, cancellation);
            var file = JsonNode.Parse(await made.Content.ReadAsStringAsync(cancellation))!;
            made.IsSuccessStatusCode.ShouldBeTrue(file.ToJsonString());

            using var content = await there.GetAsync($"/v1/files/{file["id"]}/content", cancellation);
            content.Content.Headers.ContentType.ShouldBe(new MediaTypeHeaderValue(type));
            (await content.Content.ReadAsByteArrayAsync(cancellation)).ShouldBe(bytes);
            using var deleted = await there.DeleteAsync($"/v1/files/{file["id"]}", cancellation);
            deleted.IsSuccessStatusCode.ShouldBeTrue();
        }

        Directory.Exists(Path.Combine(Path.GetDirectoryName(first.DatabasePath)!, "files")).ShouldBeFalse();
    }
}
