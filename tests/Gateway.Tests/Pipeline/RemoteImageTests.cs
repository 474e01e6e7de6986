using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Gateway.Tests.Images;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>Pictures behind URLs, on a request's way.</summary>
public sealed class RemoteImageTests : GatewayTest
{
    private const string Url = "https://images.example/cat.png?signature=very-secret";

    private readonly StubWorld _world = new();
    private readonly LogCollector _logs = new();

    protected override GatewayAppOptions Options => new()
    {
        World = _world.World,
        Logs = _logs,
        Catalog = address => TestCatalog.For(address).Replace(
            "\"models\": {",
            "\"images\": { \"fetch\": { \"timeout\": \"20s\" } }, \"models\": {",
            StringComparison.Ordinal),
    };

    [Fact]
    public async Task Size_behind_a_url_is_counted_and_the_url_itself_sent_on()
    {
        _world.Name("images.example", StubWorld.Public).At(StubWorld.Public, Origin.Serving(Pictures.Png(2048, 4096)));

        using var response = await App.ChatAsync(ChatBody.Image("http:\\/\\/images.example\\/cat.png", detail: "high"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await App.RowsAsync()).ShouldHaveSingleItem().ImageTokensEstimated.ShouldBe(1105);
        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].BodyText.ShouldContain("\"http:\\/\\/images.example\\/cat.png\"");
    }

    [Fact]
    public async Task Same_picture_is_asked_for_once_whichever_tenant_sends_it()
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(512, 512)));
        var other = await App.IssueKeyAsync();

        using var first = await App.ChatAsync(ChatBody.Image("http://images.example/a.png"));
        using var second = await App.ChatAsync(ChatBody.Image("http://images.example/a.png"), other);

        (await App.RowsAsync()).Select(row => row.ImageTokensEstimated).ShouldBe([255, 255]);
        origin.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData("http://127.0.0.1/cat.png")]
    [InlineData("http://[::ffff:10.0.0.1]/cat.png")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://images.example:8080/cat.png")]
    [InlineData("https://user:password@images.example/cat.png")]
    [InlineData("http://absent.example/cat.png")]
    public async Task Picture_that_may_not_be_asked_for_counts_as_the_largest(string url)
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(10, 10)));

        using var response = await App.ChatAsync(ChatBody.Image(url));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await App.RowsAsync()).ShouldHaveSingleItem().ImageTokensEstimated.ShouldBe(1445);
        origin.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Quote_says_where_a_size_is_assumed()
    {
        using var client = App.Client();
        using var content = new StringContent(ChatBody.Image(Url));

        using var response = await client.PostAsync("/v1/chat/completions/quote", content, Timeout);

        var image = JsonNode.Parse(await response.Content.ReadAsStringAsync(Timeout))!["images"]![0]!;
        ((string?)image["source"], (string?)image["assumed"], (int)image["tiles"]!).ShouldBe(("url", "largest", 8));
        image["width"].ShouldBeNull();
    }

    [Fact]
    public async Task Url_is_in_no_log_line()
    {
        _world.Host(Origin.Saying("HTTP/1.1 403 very-secret"));

        using var response = await App.ChatAsync(ChatBody.Image(Url));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _logs.Lines.ShouldNotBeEmpty();
        _logs.Lines.ShouldAllBe(line => !line.Contains("very-secret", StringComparison.Ordinal) && !line.Contains("images.example", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Slow_origin_holds_up_its_own_request_alone()
    {
        _world.Host(Origin.Hanging());
        using var gone = new CancellationTokenSource();
        using var client = App.Client();
        var waiting = Enumerable.Range(0, 20)
            .Select(i => GatewayApp.ChatAsync(client, System.Text.Encoding.UTF8.GetBytes(ChatBody.Image($"http://images.example/{i}.png")), HttpCompletionOption.ResponseContentRead, gone.Token))
            .ToArray();

        // Of the same tenant, and with all its turns taken.
        using var text = await App.ChatAsync(ChatBody.Text("hello"));
        using var picture = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(10, 10)));

        text.StatusCode.ShouldBe(HttpStatusCode.OK);
        picture.StatusCode.ShouldBe(HttpStatusCode.OK);
        waiting.ShouldAllBe(request => !request.IsCompleted);
        await gone.CancelAsync();
        foreach (var request in waiting)
        {
            await Should.ThrowAsync<OperationCanceledException>(request);
        }

        App.Simulator.Requests.Total.ShouldBe(2);
    }

    [Theory]
    [InlineData("http://images.example/cat.png", HttpStatusCode.OK)]
    [InlineData("http://absent.example/cat.png", HttpStatusCode.BadRequest)]
    public async Task Unknown_size_is_refused_where_the_catalog_says_so(string url, HttpStatusCode status)
    {
        _world.Host(Origin.Serving(Pictures.Png(10, 10)));
        var text = await File.ReadAllTextAsync(App.CatalogPath, Timeout);
        await File.WriteAllTextAsync(App.CatalogPath, text.Replace("\"timeout\": \"20s\"", "\"when_unknown\": \"reject\"", StringComparison.Ordinal), Timeout);
        App.ReloadCatalog();

        using var response = await App.ChatAsync(ChatBody.Image(url));

        response.StatusCode.ShouldBe(status);
        if (status == HttpStatusCode.BadRequest)
        {
            var error = await response.ErrorAsync();
            ((string?)error["code"], (string?)error["param"]).ShouldBe(("invalid_image_url", "messages[0].content[1]"));
        }
    }

    [Fact]
    public async Task Picture_too_large_or_animated_is_refused_as_one_in_the_body_is()
    {
        _world.Host(Origin.Saying("HTTP/1.1 200 OK\nContent-Length: 30000000", Pictures.Png(10, 10)));

        using var response = await App.ChatAsync(ChatBody.Image("http://images.example/a.png"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("image_too_large");
    }
}
