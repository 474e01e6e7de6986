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
        var random = new Random(20_250_601);
        using var client = App.Client();
        var statuses = new Dictionary<int, int>();
        for (var i = 0; i < Rounds; i++)
        {
            var body = Mutate(Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]), random);
            using var response = await GatewayApp.ChatAsync(client, body, HttpCompletionOption.ResponseContentRead, Timeout);

            var status = (int)response.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            status.ShouldBeOneOf([200, 400, 404, 429], customMessage: $"round {i}: {Encoding.UTF8.GetString(body)}");
        }

        // Mutations that all fail, or all pass, would prove little.
        statuses[200].ShouldBeGreaterThan(Rounds / 20);
        statuses[400].ShouldBeGreaterThan(Rounds / 5);
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        var bytes = body.ToList();
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
                default:
                    bytes[at] = (byte)(bytes[at] ^ (1 << random.Next(8)));
                    break;
            }

            if (bytes.Count == 0)
            {
                bytes.Add((byte)'{');
            }
        }

        return [.. bytes];
    }
}
