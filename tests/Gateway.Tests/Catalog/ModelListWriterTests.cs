using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Catalog;

public sealed class ModelListWriterTests
{
    private static readonly DateTimeOffset Now = new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string Models =
        $$"""
        {
          "vision": { "display_name": "Vision", "owned_by": "openai", "description": "Sees.", "created": "2023-11-06", "aliases": ["eye", "see"],
            "image_tokens": "openai-tile-85-170", "context_window": 128000, "max_output_tokens": 4096, "deployments": {{CatalogText.Deployments}},
            "prices": [{ "from": "2025-01-01", "per_request": "0.04", "list": { "per_request": "0.05" } }] },
          "tokens": { "deployments": {{CatalogText.Deployments}}, "status": "deprecated",
            "prices": [{ "from": "2025-01-01", "input": "2.50", "cached_input": "1.25", "output": "10.00" }, { "from": "2025-06-02", "input": "9" }] },
          "soon": { "status": "coming_soon", "prices": [{ "from": "2026-01-01", "input": "60", "output": "240", "list": { "input": "75" } }] },
        }
        """;

    private static readonly CatalogSnapshot Catalog = CatalogText.Load(CatalogText.With(Models));

    [Fact]
    public void List_is_exact() =>
        List(Anyone()).ShouldBe(Compact(
            """
            {"object":"list","data":[
            {"id":"vision","object":"model","created":1699228800,"owned_by":"openai","name":"Vision","description":"Sees.","status":"available",
            "context_length":128000,"max_output_tokens":4096,"input_modalities":["text","image"],"output_modalities":["text"],"aliases":["eye","see"],
            "pricing":{"prompt":"0","completion":"0","request":"0.04","image":"0","input_cache_read":"0"},
            "list_pricing":{"prompt":"0","completion":"0","request":"0.05","image":"0","input_cache_read":"0"}},
            {"id":"tokens","object":"model","created":1735689600,"owned_by":"gateway","name":"tokens","description":null,"status":"deprecated",
            "context_length":null,"max_output_tokens":null,"input_modalities":["text"],"output_modalities":["text"],"aliases":[],
            "pricing":{"prompt":"0.0000025","completion":"0.00001","request":"0","image":"0","input_cache_read":"0.00000125"},
            "list_pricing":{"prompt":"0.0000025","completion":"0.00001","request":"0","image":"0","input_cache_read":"0.00000125"}},
            {"id":"soon","object":"model","created":1767225600,"owned_by":"gateway","name":"soon","description":null,"status":"coming_soon",
            "context_length":null,"max_output_tokens":null,"input_modalities":["text"],"output_modalities":["text"],"aliases":[],
            "pricing":{"prompt":"0.00006","completion":"0.00024","request":"0","image":"0","input_cache_read":"0.00006"},
            "list_pricing":{"prompt":"0.000075","completion":"0.00024","request":"0","image":"0","input_cache_read":"0.000075"}}
            ]}
            """));

    [Fact]
    public void List_holds_what_the_caller_may_use() =>
        List(Anyone("tok*")).ShouldStartWith("""{"object":"list","data":[{"id":"tokens",""");

    [Fact]
    public void Caller_who_may_use_nothing_here_gets_an_empty_list() =>
        List(Anyone("other")).ShouldBe("""{"object":"list","data":[]}""");

    [Theory]
    [InlineData("vision")]
    [InlineData("see")]
    public void One_model_is_got_by_id_and_by_alias(string name)
    {
        var (text, error) = One(name, Anyone("vision"));

        error.ShouldBeNull();
        text.ShouldStartWith("""{"id":"vision","object":"model",""");
    }

    [Theory]
    [InlineData("none")]
    [InlineData("tokens")]
    public void Unknown_and_forbidden_models_are_the_same_404(string name)
    {
        var (text, error) = One(name, Anyone("vision"));

        text.ShouldBeEmpty();
        error.ShouldBe(GatewayError.UnknownModel(name));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "0.000000000000001")]
    [InlineData(2_500_000_000, "0.0000025")]
    [InlineData(1_000_000_000_000_000, "1")]
    [InlineData(12_000_000_000_000_001, "12.000000000000001")]
    public void Price_of_a_token_is_exact(long nanoPerMillion, string text) => TokenPrice.Format(new Money(nanoPerMillion)).ShouldBe(text);

    private static Caller Anyone(params string[] allowed) =>
        new() { Tenant = new TenantId("ten_1"), Key = new KeyId("key_1"), AllowedModels = [.. allowed] };

    private static string List(Caller caller) => Written(json => ModelListWriter.WriteList(json, Catalog, caller, Now));

    private static (string Text, GatewayError? Error) One(string name, Caller caller)
    {
        GatewayError? error = null;
        var text = Written(json => error = ModelListWriter.WriteOne(json, Catalog, name, caller, Now));
        return (text, error);
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Compact(string json) => json.ReplaceLineEndings(string.Empty);
}
