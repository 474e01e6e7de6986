using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Core.Endpoints;
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
    private const int Piece = 1 << 20;

    private static readonly Caller Operator = new() { Tenant = new TenantId("operator"), Key = new KeyId("operator") };

    // Serves what no provider of this environment does, as nothing is sent.
    private static readonly CatalogOverlay Nobody = new("(no key set)", new Uri("http://localhost/v1"));

    private static ReadOnlySpan<byte> Before => "\"data:image/*;base64,"u8;

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        if (!QuoteArguments.TryRead(args, out var arguments, out var mistake))
        {
            await errors.WriteLineAsync($"{mistake}{Environment.NewLine}{QuoteArguments.Usage}");
            return Misused;
        }

        var catalogs = OpenCatalog();
        await using var services = new ServiceCollection().AddLogging().AddImages(new ConfigurationBuilder().Build()).BuildServiceProvider();
        var images = new ImageResolver(services.GetRequiredService<RemoteImageProbe>(), pictures: null, files: null, NullLogger<ImageResolver>.Instance);
        var preparation = new RequestPreparation(new ModelResolver(catalogs, static card => card.Usable[0]), images, stored: null);
        var catalog = catalogs.Current;
        ReadOnlyMemory<byte> body;
        try
        {
            body = await BodyAsync(arguments, catalog.Images.Limits.MaxBytes, ct);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync(exception.Message);
            return Refused;
        }

        if (!(await preparation.PrepareAsync(ApiEndpoint.ChatCompletions, body, catalog, Operator, TimeProvider.System.GetUtcNow(), pictures: null, ct)).TryGet(out var prepared, out var error))
        {
            await errors.WriteLineAsync(Name(error.Message, arguments));
            return Refused;
        }

        await QuoteTable.WriteAsync(output, arguments.Images, prepared, QuoteDocument.Of(prepared, body.Span, catalog.Limits, ApiEndpoint.ChatCompletions));
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

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(QuoteArguments arguments, long maxBytes, CancellationToken ct)
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
            json.WritePropertyName("url"u8);
            if (IsUrl(image))
            {
                json.WriteStringValue(image);
            }
            else
            {
                // As raw JSON, for a string that is to be looked through for escapes must be shorter than a picture may be.
                json.WriteRawValue(await DataUrlAsync(image, maxBytes, ct), skipInputValidation: true);
            }

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

    /// <summary>The file as a JSON string; no more of it than shows that it is too large, for a device has no end.</summary>
    private static async Task<byte[]> DataUrlAsync(string path, long maxBytes, CancellationToken ct)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
        using var bytes = new MemoryStream();
        var piece = new byte[Piece];
        int read;
        while (bytes.Length <= maxBytes && (read = await file.ReadAsync(piece, ct)) > 0)
        {
            bytes.Write(piece, 0, read);
        }

        var picture = bytes.GetBuffer().AsMemory(0, (int)Math.Min(bytes.Length, maxBytes + 1));
        var url = new byte[Before.Length + Base64.GetMaxEncodedToUtf8Length(picture.Length) + 1];
        Before.CopyTo(url);
        Base64.EncodeToUtf8(picture.Span, url.AsSpan(Before.Length), out _, out var written);
        url[Before.Length + written] = (byte)'"';
        return url;
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
