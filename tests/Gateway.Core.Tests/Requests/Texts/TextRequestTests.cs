using System.Text;
using System.Text.Json;
using Gateway.Core.Endpoints;
using Gateway.Core.Requests;
using Gateway.Core.Text;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Requests.Texts;

public sealed class TextRequestTests
{
    [Theory]
    [InlineData("\"abc\"", "abc", 0)]
    [InlineData("[\"abc\",\"d\\u00e9\"]", "abcd\\u00e9", 0)]
    [InlineData("[1,2,3]", "", 3)]
    [InlineData("[[1],[2,3]]", "", 3)]
    public void Embeddings_are_read_in_every_form(string input, string text, long tokens)
    {
        var request = Read(ApiEndpoint.Embeddings, $$"""{"model":"m","input":{{input}},"user":"u"}""");

        (request.Model, request.Stream, request.EndUser, request.N).ShouldBe(("m", false, "u", 1));
        (request.Text, request.GivenTokens).ShouldBe((TextSize.OfJson(Encoding.UTF8.GetBytes(text)), tokens));
        request.AllowedCompletion.ShouldBe(0);
        ApiEndpoint.Embeddings.EstimateText(request).ShouldBe(TextEstimate.Tokens(request.Text) + tokens);
    }

    [Theory]
    [InlineData("\"prompt\":\"a\"", 16, 1, 0)]
    [InlineData("\"prompt\":[\"a\",\"\"],\"max_tokens\":7", 7, 2, 1)]
    [InlineData("\"prompt\":[[1,2],[3]],\"n\":3", 16, 6, 3)]
    [InlineData("\"prompt\":[1,2],\"n\":3,\"best_of\":5,\"max_tokens\":0", 0, 5, 2)]
    [InlineData("\"prompt\":null,\"best_of\":null,\"max_tokens\":null", 16, 1, 1)]
    public void Completions_hold_every_answer_that_is_made(string fields, long allowed, int answers, long tokens)
    {
        var request = Read(ApiEndpoint.Completions, $$"""{{{fields}},"model":"m"}""");

        (request.AllowedCompletion, request.N, request.GivenTokens).ShouldBe((allowed, answers, tokens));
    }

    [Fact]
    public void Stream_of_a_completion_is_read_as_that_of_a_chat()
    {
        var request = Read(ApiEndpoint.Completions, """{"model":"m","prompt":"a","stream":true,"stream_options":{"x":1,"include_usage":true}}""");

        (request.Stream, request.StreamOptions.IsPresent, request.StreamOptions.IncludeUsage).ShouldBe((true, true, true));
    }

    [Theory]
    [InlineData("/v1/completions", "\"prompt\":\"a\"")]
    [InlineData("/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]")]
    public void What_stands_behind_stream_options_is_read_whatever_they_hold(string path, string input)
    {
        var endpoint = ApiEndpoint.All.Single(known => known.Path == path);
        foreach (var options in (string[])["null", "{}", """{"include_usage":null}""", """{"x":null,"y":{"include_usage":true}}""", """{"include_usage":null,"x":[null]}"""])
        {
            var request = Read(endpoint, $$"""{"stream_options":{{options}},{{input}},"n":2,"max_tokens":9,"model":"m"}""");

            (request.Model, request.N, request.AllowedCompletion, request.StreamOptions.IncludeUsage, request.Parameters.Count).ShouldBe(("m", 2, 9, false, 5), options);
        }

        endpoint.TryRead(Encoding.UTF8.GetBytes($$"""{"stream_options":{"include_usage":null},{{input}},"model":"m"} x"""), 10, out _, out var error).ShouldBeFalse();
        error!.Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("\"abc\"", 3)]
    [InlineData("\"\"", 1)]
    [InlineData("[\"a\\n\",\"\\ud83d\\ude00\"]", 3)]
    [InlineData("""[{"type":"text","text":"ab"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]""", 3)]
    public void Moderation_counts_characters_and_pictures(string input, long characters)
    {
        var request = Read(ApiEndpoint.Moderations, $$"""{"input":{{input}}}""");

        (request.Model, request.AllowedCompletion, request.Media!.Kind, request.Media.Characters).ShouldBe(("omni-moderation-latest", 0, MediaKind.Moderation, characters));
        request.Images.ShouldAllBe(image => image.Path == "input[1]" && image.DetailPath == "input[1].detail");
    }

    /// <summary>What is read of a broken body agrees with what a parser of whole documents finds, or it is refused by a 400.</summary>
    [Theory]
    [InlineData("/v1/embeddings", "input", """{"model":"m","input":["caf\u00e9 \"x\"","b"],"dimensions":8,"user":"u","metadata":{"a":"b"}}""")]
    [InlineData("/v1/embeddings", "input", """{"vendor":{"a":[1,{}]},"input":[[1,22],[333]],"model":"m","encoding_format":"float"}""")]
    [InlineData("/v1/completions", "prompt", """{"model":"m","prompt":["a\ud83d\ude00b","c"],"n":2,"best_of":3,"max_tokens":4,"stream":true,"stream_options":{"include_usage":false},"echo":true}""")]
    [InlineData("/v1/moderations", "input", """{"input":[{"type":"text","text":"ab"},{"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"low"}}],"model":"m"}""")]
    [InlineData("/v1/moderations", "input", """{"input":"plain text of some length \\ \u0061"}""")]
    public void Mutated_body_is_read_rightly_or_refused(string path, string field, string seed)
    {
        var endpoint = ApiEndpoint.All.Single(known => known.Path == path);
        BytePairEncoder.TryGet("cl100k_base", out var encoder).ShouldBeTrue();
        var damage = new Damage(20_261_121, "\"", "{", "}", "[", "]", ",", ":", "\\", "1", "null", "\"n\":", " ");
        var (read, refused) = (0, 0);
        for (var round = 0; round < 5_000; round++)
        {
            var body = damage.Of(Encoding.UTF8.GetBytes(seed));
            _ = endpoint.CountText(body, encoder);
            if (!endpoint.TryRead(body, 10, out var request, out var error))
            {
                error.Status.ShouldBe(400);
                refused++;
                continue;
            }

            read++;
            var shown = Encoding.UTF8.GetString(body);
            var reader = new Utf8JsonReader(body);
            var properties = JsonElement.ParseValue(ref reader).EnumerateObject().ToArray();
            request.Parameters.Select(parameter => (Encoding.UTF8.GetString(parameter.Name.Span), Encoding.UTF8.GetString(parameter.Value.Of(body))))
                .ShouldBe(properties.Select(property => (property.Name, property.Value.GetRawText())), shown);
            var input = properties.Single(property => property.Name == field).Value;
            if (input.ValueKind != JsonValueKind.Array || input[0].ValueKind != JsonValueKind.Object)
            {
                // Numbers are tokens, and an empty text or none stands for one.
                request.GivenTokens.ShouldBe(Leaves(input).Count(leaf => leaf.ValueKind is JsonValueKind.Number or JsonValueKind.Null || leaf.GetRawText() == "\"\""), shown);
            }

            endpoint.CountText(body, encoder).IsExact.ShouldBeTrue(shown);
        }

        // Mutations that all fail, or all pass, would prove little.
        read.ShouldBeGreaterThan(100);
        refused.ShouldBeGreaterThan(1_000);
    }

    private static IEnumerable<JsonElement> Leaves(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Leaves),
        JsonValueKind.Object => [],
        _ => [value],
    };

    private static ParsedRequest Read(IEndpoint endpoint, string body)
    {
        endpoint.TryRead(Encoding.UTF8.GetBytes(body), 10, out var request, out var error).ShouldBeTrue(error?.Message);
        return request!;
    }
}
