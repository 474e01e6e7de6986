using System.Text;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Texts;

public sealed class TextsFuzzTests : TextsTest
{
    private const int Rounds = 600;

    private static readonly string[] Fragments =
        ["\"", "{", "}", "[", "]", ",", ":", "\\", "\\u", "\\ud800", "null", "true", "-", "1e999", "\"model\":", "\"input\":", "\"prompt\":[", "\u0000", "é", "%", " "];

    [Theory]
    [InlineData(Embeddings, """{"model":"small","input":["caf\u00e9","b"],"encoding_format":"base64","dimensions":8,"user":"u"}""")]
    [InlineData(Embeddings, """{"model":"each","input":[[1111,22,333],[44444]],"vendor":"a text that nobody reads on the way"}""")]
    [InlineData(Completions, """{"model":"instruct","prompt":["a\ud83d\ude00","b"],"n":2,"best_of":2,"max_tokens":4,"stream":true,"stream_options":{"include_usage":false},"echo":true}""")]
    [InlineData(Completions, """{"model":"guarded","prompt":"abc","suffix":"d","logit_bias":{"50256":-100}}""")]
    [InlineData(Moderations, """{"input":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}}]}""")]
    public async Task No_mutated_body_is_an_internal_error(string path, string seed)
    {
        var damage = new Damage(20_261_121, Fragments);
        using var client = App.Client();
        var statuses = new Dictionary<int, int>();
        for (var i = 0; i < Rounds; i++)
        {
            var body = damage.Of(Encoding.UTF8.GetBytes(seed));
            using var response = await GatewayApp.PostAsync(client, path, body, HttpCompletionOption.ResponseContentRead, Timeout);

            var status = (int)response.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            status.ShouldBeOneOf([200, 400, 404, 429], customMessage: $"round {i}: {Encoding.UTF8.GetString(body)}");
        }

        // Mutations that all fail, or all pass, would prove little.
        statuses[200].ShouldBeGreaterThan(Rounds / 50);
        statuses[400].ShouldBeGreaterThan(Rounds / 5);
        await ShouldBeComputableAsync();
    }
}
