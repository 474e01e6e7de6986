using System.Buffers;
using System.Text.Json;
using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Images;
using Gateway.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Cli;

/// <summary>
/// <c>gateway quote</c>: makes the body that a client would send, takes it the way of a request up to its quote, and prints that. It needs
/// the catalog and nothing else: no provider's key, no database.
/// </summary>
internal static class QuoteCommand
{
    private const int Refused = 1;
    private const int Misused = 2;

    private static readonly Caller Operator = new() { Tenant = new TenantId("operator"), Key = new KeyId("operator") };

    // Serves what no provider of this environment does, as nothing is sent.
    private static readonly CatalogOverlay Nobody = new("(no key set)", new Uri("http://localhost/v1"));

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        if (!QuoteArguments.TryRead(args, out var arguments, out var mistake))
        {
            await errors.WriteLineAsync($"{mistake}{Environment.NewLine}{QuoteArguments.Usage}");
            return Misused;
        }

        var catalogs = OpenCatalog();
        await using var services = new ServiceCollection().AddLogging().AddImages(new ConfigurationBuilder().Build()).BuildServiceProvider();
        var images = new ImageResolver(services.GetRequiredService<RemoteImageProbe>(), files: null);
        var preparation = new RequestPreparation(new ModelResolver(catalogs, Random.Shared), images);
        ReadOnlyMemory<byte> body;
        try
        {
            body = await BodyAsync(arguments, ct);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync(exception.Message);
            return Refused;
        }

        var catalog = catalogs.Current;
        if (!(await preparation.PrepareAsync(body, catalog, Operator, TimeProvider.System.GetUtcNow(), ct)).TryGet(out var prepared, out var error))
        {
            await errors.WriteLineAsync(Name(error.Message, arguments));
            return Refused;
        }

        await QuoteTable.WriteAsync(output, arguments.Images, prepared, QuoteDocument.Of(prepared, body.Span, catalog.Limits));
        return 0;
    }

    private static CatalogStore OpenCatalog()
    {
        var configuration = new ConfigurationBuilder()
            .SetBasePath(Directory.GetCurrentDirectory())
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .Build();
        var path = configuration.GetSection(CatalogOptions.Section).Get<CatalogOptions>()?.CatalogPath ?? new CatalogOptions().CatalogPath;
        return new CatalogStore(
            CatalogFile.Find(path, Directory.GetCurrentDirectory(), AppContext.BaseDirectory),
            Environment.GetEnvironmentVariable,
            Nobody,
            NullLogger<CatalogStore>.Instance);
    }

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(QuoteArguments arguments, CancellationToken ct)
    {
        var body = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("model"u8, arguments.Model);
        json.WriteStartArray("messages"u8);
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("content"u8);
        foreach (var image in arguments.Images)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "image_url"u8);
            json.WriteStartObject("image_url"u8);
            var url = IsUrl(image) ? image : $"data:image/*;base64,{Convert.ToBase64String(await File.ReadAllBytesAsync(image, ct))}";
            json.WriteString("url"u8, url);
            if (arguments.Detail is { } detail)
            {
                json.WriteString("detail"u8, detail);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(ct);
        return body.WrittenMemory;
    }

    private static bool IsUrl(string image) =>
        image.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || image.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Puts the pictures' names where a client would read the paths of their parts.</summary>
    private static string Name(string message, QuoteArguments arguments)
    {
        for (var i = arguments.Images.Count - 1; i >= 0; i--)
        {
            message = message.Replace($"messages[0].content[{i}]", arguments.Images[i], StringComparison.Ordinal);
        }

        return message;
    }
}
