using System.Text;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class FuzzTests : GatewayTest
{
    private const int Rounds = 3000;

    private static readonly string[] Seeds =
    [
        ChatBody.Text("hello", stream: true, more: ",\"stream_options\":{\"include_usage\":false},\"n\":2,\"max_tokens\":5"),
        ChatBody.Image(Pictures.PngUrl(100, 50)),
        """{"model":"gpt-4o","tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":[{"type":"text","text":"\u00e9\ud83d\ude00"}]}]}""",
        """{"model":"gpt-4-v","logit_bias":{},"messages":[{"role":"user","name":"x","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},{"type":"file","file":{"file_id":"f"}}]}]}""",
    ];

    private static readonly string[] Fragments =
        ["\"", "{", "}", "[", "]", ",", ":", "\\", "\\u", "\\ud800", "null", "true", "-", "1e999", "\"model\":", "\"image_url\":", "data:image/gif;base64,R0lGODlh", "\u0000", "é", "%", " "];

    [Fact]
    public async Task No_mutated_body_is_an_internal_error()
    {
        var damage = new Damage(20_250_601, Fragments);
        using var client = App.Client();
        var statuses = new Dictionary<int, int>();
        for (var i = 0; i < Rounds; i++)
        {
            var body = damage.Of(Encoding.UTF8.GetBytes(Seeds[damage.Random.Next(Seeds.Length)]));
            using var response = await GatewayApp.ChatAsync(client, body, HttpCompletionOption.ResponseContentRead, Timeout);

            var status = (int)response.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            status.ShouldBeOneOf([200, 400, 404, 429], customMessage: $"round {i}: {Encoding.UTF8.GetString(body)}");
        }

        // Mutations that all fail, or all pass, would prove little.
        statuses[200].ShouldBeGreaterThan(Rounds / 20);
        statuses[400].ShouldBeGreaterThan(Rounds / 5);
    }
}
