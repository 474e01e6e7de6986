using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Files;
using Gateway.Pipeline;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Files;

public sealed class FileLimitTests
{
    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_twenty_uploads_at_once_as_many_are_kept_as_the_quota_has_room_for()
    {
        await using var app = await StartAsync(("Gateway:Files:MaxBytesPerTenant", "5500"));
        using var client = app.Client();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var response = await client.PostAsync("/v1/files", FileForm.Of(FileForm.Png(i, 955)).Content(), Timeout);
            return ((int)response.StatusCode, response.IsSuccessStatusCode ? null : (string?)(await response.ErrorAsync())["code"]);
        }));

        statuses.Count(status => status == (200, null)).ShouldBe(5);
        statuses.Count(status => status == (400, "file_storage_quota_exceeded")).ShouldBe(15);
        Blobs(app).Count().ShouldBe(5);
    }

    [Fact]
    public async Task Tenant_without_room_is_refused_with_its_file_unread()
    {
        await using var app = await StartAsync(("Gateway:Files:MaxFilesPerTenant", "1"));
        using var client = app.Client();
        await FileForm.Of(FileForm.Png(1)).UploadAsync(client, Timeout);

        // Announced and never sent: an answer can only come to one who does not wait for it.
        using var socket = new TcpClient();
        await socket.ConnectAsync(app.Address.Host, app.Address.Port, Timeout);
        await socket.GetStream().WriteAsync(Head(app, 1_000_000), Timeout);
        using var reader = new StreamReader(socket.GetStream());

        (await reader.ReadLineAsync(Timeout)).ShouldBe("HTTP/1.1 400 Bad Request");
    }

    [Fact]
    public async Task Expired_file_is_gone_at_once_and_swept_in_the_background()
    {
        var clock = new ManualClock();
        await using var app = await StartAsync(clock, ("Gateway:Files:ExpireAfter", "2h"));
        using var client = app.Client();
        var usual = await FileForm.Of(FileForm.Png(1)).UploadAsync(client, Timeout);
        var asked = await FileForm.Of(FileForm.Png(2)).Field("expires_after[anchor]", "created_at").Field("expires_after[seconds]", "3600").UploadAsync(client, Timeout);
        ((long)usual["expires_at"]!).ShouldBe((long)usual["created_at"]! + 7200);

        clock.SetForward(TimeSpan.FromHours(1));
        using var gone = await client.GetAsync($"/v1/files/{asked["id"]}", Timeout);
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var there = await client.GetAsync($"/v1/files/{usual["id"]}/content", Timeout);
        there.StatusCode.ShouldBe(HttpStatusCode.OK);
        Blobs(app).Count().ShouldBe(2);

        clock.SetForward(TimeSpan.FromHours(1));
        clock.Advance(FileSweeper.Interval);
        await UntilBlobsAsync(app, 0);
    }

    [Fact]
    public async Task Client_that_leaves_in_the_middle_leaves_nothing()
    {
        await using var app = await StartAsync();
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(app.Address.Host, app.Address.Port, Timeout);
            await socket.GetStream().WriteAsync(Head(app, 10_000_000), Timeout);
            await socket.GetStream().WriteAsync("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n"u8.ToArray(), Timeout);
            await socket.GetStream().WriteAsync(FileForm.Png(1, 1_000_000), Timeout);
            await UntilBlobsAsync(app, 1);
            socket.LingerState = new LingerOption(true, 0);
        }

        await UntilBlobsAsync(app, 0);
        using var client = app.Client();
        using var list = await client.GetAsync("/v1/files", Timeout);
        (await list.JsonAsync())["data"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public void Slots_are_bounded_for_each_tenant_and_given_back_once()
    {
        var slots = new TenantSlots(mostOfTenant: 3, mostOfAll: 5);
        var (mine, theirs) = (new Core.Callers.TenantId("ten_1"), new Core.Callers.TenantId("ten_2"));
        var taken = Enumerable.Range(0, 3).Select(_ => slots.TryTake(mine).ShouldNotBeNull()).ToList();

        slots.TryTake(mine).ShouldBeNull();
        slots.TryTake(theirs).ShouldNotBeNull();
        taken[0].Dispose();
        taken[0].Dispose();
        slots.TryTake(mine).ShouldNotBeNull();
        slots.TryTake(mine).ShouldBeNull();
    }

    private static Task<GatewayApp> StartAsync(params (string Key, string Value)[] settings) => StartAsync(null, settings);

    private static Task<GatewayApp> StartAsync(TimeProvider? time, params (string Key, string Value)[] settings) =>
        GatewayApp.StartAsync(new GatewayAppOptions { Time = time, Settings = settings.ToDictionary(setting => setting.Key, setting => setting.Value) });

    private static IEnumerable<string> Blobs(GatewayApp app)
    {
        var folder = Path.Combine(Path.GetDirectoryName(app.DatabasePath)!, "files");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : [];
    }

    private static async Task UntilBlobsAsync(GatewayApp app, int count)
    {
        while (Blobs(app).Count() != count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Timeout);
        }
    }

    private static byte[] Head(GatewayApp app, int length) => Encoding.ASCII.GetBytes(
        $"POST /v1/files HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {app.Key}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n");
}
