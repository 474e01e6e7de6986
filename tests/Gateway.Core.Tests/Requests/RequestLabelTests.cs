using System.Text;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Requests;

public sealed class RequestLabelTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("\"user\":null,", null)]
    [InlineData("\"user\":\"\",", null)]
    [InlineData("\"user\":\"u1\",", "u1")]
    [InlineData("\"User\":\"u1\",", null)]
    [InlineData("\"user\":\"u1\",\"safety_identifier\":\"s1\",", "s1")]
    [InlineData("\"safety_identifier\":\"s1\",\"user\":\"u1\",", "s1")]
    [InlineData("\"safety_identifier\":null,\"user\":\"u1\",", "u1")]
    [InlineData("\"safety_identifier\":\"\",\"user\":\"u1\",", "u1")]
    [InlineData("\"\\u0075ser\":\"\\u00fcn\\ud83d\\ude00\\u0000\",", "ün\U0001F600\0")]
    public void End_user_is_the_safety_identifier_and_else_the_user(string labels, string? expected) => Read(labels).EndUser.ShouldBe(expected);

    [Theory]
    [InlineData("", null)]
    [InlineData("\"metadata\":null,", null)]
    [InlineData("\"metadata\":{},", null)]
    [InlineData("\"metadata\":{ \"team\" : \"search\" , \"b\":\"\" },", """{"team":"search","b":""}""")]
    [InlineData("\"metadata\":{\"\\u0061\":\"\\u00fc \\\"q\\\" \\u0000 <\\ud83d\\ude00>\"},", """{"a":"ü \"q\" \u0000 <\uD83D\uDE00>"}""")]
    public void Tags_become_compact_json(string labels, string? expected) => Read(labels).Tags.ShouldBe(expected);

    [Theory]
    [InlineData("\"user\":5,", "invalid_type", "user")]
    [InlineData("\"user\":[\"a\"],", "invalid_type", "user")]
    [InlineData("\"safety_identifier\":{},", "invalid_type", "safety_identifier")]
    [InlineData("\"metadata\":\"a\",", "invalid_type", "metadata")]
    [InlineData("\"metadata\":[],", "invalid_type", "metadata")]
    [InlineData("\"metadata\":{\"a\":1},", "invalid_type", "metadata.a")]
    [InlineData("\"metadata\":{\"a\":null},", "invalid_type", "metadata.a")]
    [InlineData("\"metadata\":{\"a\":{\"b\":\"c\"}},", "invalid_type", "metadata.a")]
    [InlineData("\"metadata\":{\"a\":\"1\",\"\\u0061\":\"2\"},", "duplicate_parameter", "metadata.a")]
    [InlineData("\"metadata\":{},\"metadata\":{},", "duplicate_parameter", "metadata")]
    [InlineData("\"user\":\"a\",\"user\":\"b\",", "duplicate_parameter", "user")]
    [InlineData("\"user\":\"\\ud800\",", null, null)]
    [InlineData("\"metadata\":{\"\\ud800\":\"\"},", null, null)]
    [InlineData("\"metadata\":{\"a\":\"\\udc00\"},", null, null)]
    public void Label_of_another_form_is_refused_by_its_name(string labels, string? code, string? param)
    {
        var error = Refuse(labels);

        (error.Code, error.Param, error.Status).ShouldBe((code, param, 400));
    }

    [Fact]
    public void Labels_of_the_greatest_lengths_are_taken_and_longer_ones_refused()
    {
        // Each letter written as an escape of twelve bytes for one character.
        const string Face = "\\ud83d\\ude00";
        var users = Read($"\"user\":\"{Repeat(Face, 256)}\",").EndUser;
        users.ShouldBe(Repeat("\U0001F600", 256));
        Refuse($"\"user\":\"{Repeat(Face, 257)}\",").Code.ShouldBe("string_above_max_length");
        Refuse($"\"user\":\"{Repeat("a", 257)}\",").Message.ShouldContain("maximum length 256, but got a string with length 257");
        Refuse($"\"safety_identifier\":\"{Repeat("a", 1_000_000)}\",").Param.ShouldBe("safety_identifier");

        var pairs = string.Join(',', Enumerable.Range(0, 16).Select(i => $"\"{i:x64}\":\"{Repeat("v", 512)}\""));
        Read($"\"metadata\":{{{pairs}}},").Tags!.Length.ShouldBe(2 + (16 * (64 + 512 + 5)) + 15);
        Refuse($"\"metadata\":{{{pairs},\"z\":\"\"}},").Code.ShouldBe("object_above_max_properties");
        Refuse($"\"metadata\":{{\"{Repeat("k", 65)}\":\"\"}},").Param.ShouldBe("metadata");
        Refuse($"\"metadata\":{{\"k\":\"{Repeat("v", 513)}\"}},").Param.ShouldBe("metadata.k");
    }

    [Fact]
    public void Labels_count_as_no_text_and_leave_the_body_as_it_is()
    {
        var plain = Read("");
        var labelled = Read("\"user\":\"u1\",\"metadata\":{\"team\":\"search\"},");

        labelled.Text.ShouldBe(plain.Text);
        labelled.Parameters.Select(parameter => Encoding.UTF8.GetString(parameter.Name.Span)).ShouldBe(["user", "metadata", "model", "messages"]);
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static byte[] Body(string labels) =>
        Encoding.UTF8.GetBytes($$"""{{{labels}}"model":"m","messages":[{"role":"user","content":"Hi"}]}""");

    private static ParsedRequest Read(string labels)
    {
        RequestReader.TryRead(Body(labels), 50, out var request, out var error).ShouldBeTrue(error?.Message);
        return request!;
    }

    private static GatewayError Refuse(string labels)
    {
        RequestReader.TryRead(Body(labels), 50, out _, out var error).ShouldBeFalse();
        return error!;
    }
}
