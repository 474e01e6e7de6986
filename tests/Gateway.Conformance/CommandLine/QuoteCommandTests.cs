using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.CommandLine;

/// <summary><c>gateway quote</c>, as an operator types it: with the shipped catalog, no key and no database.</summary>
public sealed class QuoteCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-quote-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Pictures_are_shown_line_by_line_with_their_price()
    {
        await WriteAsync("high.png", Pictures.Png(2048, 4096));
        await WriteAsync("small.png", Pictures.Png(512, 512));

        var (code, output, errors) = await RunAsync("quote", "high.png", "small.png", "--model", "gpt-4-v", "--detail", "high");

        errors.ShouldBeEmpty();
        code.ShouldBe(0);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Columns(lines[0]).ShouldBe(["IMAGE", "FORMAT", "SIZE", "DETAIL", "SCALED", "TILES", "TOKENS"]);
        Columns(lines[1]).ShouldBe(["high.png", "png", "2048x4096", "high", "768x1536", "6", "1105"]);
        Columns(lines[2]).ShouldBe(["small.png", "png", "512x512", "high", "512x512", "1", "255"]);
        output.ShouldContain("openai-tile-85-170");
        output.ShouldContain("1360 image tokens");
        output.ShouldContain("per_request 0.04 USD");
        output.ShouldContain("0.20 below the list price");
    }

    [Theory]
    [InlineData(2, "--model is missing", "quote", "a.png")]
    [InlineData(2, "No picture is given", "quote", "--model", "gpt-4o")]
    [InlineData(2, "A picture's name is empty", "quote", "", "--model", "gpt-4o")]
    [InlineData(2, "'--size' is not known", "quote", "a.png", "--model", "gpt-4o", "--size", "1")]
    [InlineData(2, "--detail most is not one of", "quote", "a.png", "--model", "gpt-4o", "--detail", "most")]
    [InlineData(1, "The model `gpt-0` does not exist", "quote", "a.png", "--model", "gpt-0")]
    [InlineData(1, "unsupported image at 'text.txt'", "quote", "a.png", "text.txt", "--model", "gpt-4o")]
    [InlineData(1, "absent.png", "quote", "absent.png", "--model", "gpt-4o")]
    public async Task Mistake_is_told_and_nothing_is_shown(int code, string message, params string[] arguments)
    {
        await WriteAsync("a.png", Pictures.Png(10, 10));
        await WriteAsync("text.txt", "hello world, this is not an image"u8.ToArray());

        var ended = await RunAsync(arguments);

        ended.Code.ShouldBe(code);
        ended.Errors.ShouldContain(message);
        ended.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task File_without_an_end_is_refused_like_one_that_is_too_large()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "This system has no /dev/zero.");

        var (code, output, errors) = await RunAsync("quote", "/dev/zero", "--model", "gpt-4o");

        code.ShouldBe(1);
        errors.ShouldContain("'/dev/zero' is larger than the 20 MB allowed for one image");
        output.ShouldBeEmpty();
    }

    private static string[] Columns(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private Task WriteAsync(string name, byte[] bytes) => File.WriteAllBytesAsync(Path.Combine(_folder, name), bytes, Ct);

    private Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments) =>
        GatewayCommand.RunAsync(_folder, new Dictionary<string, string>(), Ct, arguments);
}
