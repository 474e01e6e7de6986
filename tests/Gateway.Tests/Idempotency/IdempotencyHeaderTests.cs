using System.Net.Sockets;
using System.Text;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Idempotency;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Idempotency;

public sealed class IdempotencyHeaderTests : GatewayTest
{
    [Fact]
    public void Any_printable_ascii_is_a_key_and_nothing_else_is()
    {
        for (var code = 0; code <= 0x17F; code++)
        {
            var text = $"a{(char)code}b";
            Read(text, out var key).ShouldBe(code is >= 0x20 and <= 0x7E, customMessage: $"U+{code:X4}");
            key?.Value.ShouldBe(text);
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(255, true)]
    [InlineData(256, false)]
    [InlineData(60_000, false)]
    [InlineData(0, false)]
    public void Key_has_a_length(int length, bool taken) => Read(new string('k', length), out _).ShouldBe(taken);

    [Fact]
    public void Request_without_the_header_allocates_nothing_for_it()
    {
        var headers = new HeaderDictionary { ["Authorization"] = "Bearer x" };
        IdempotencyHeader.TryRead(headers, out _, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            IdempotencyHeader.TryRead(headers, out _, out _);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Key_is_given_once_or_not_at_all()
    {
        Read(new StringValues(["a", "a"]), out _).ShouldBeFalse();
        Read(new StringValues(["a", null]), out _).ShouldBeFalse();
        IdempotencyHeader.TryRead(new HeaderDictionary(), out var key, out var error).ShouldBeTrue();
        key.ShouldBeNull();
        error.ShouldBeNull();
    }

    [Theory]
    [InlineData("Idempotency-Key:")]
    [InlineData("Idempotency-Key: ")]
    [InlineData("Idempotency-Key: a\r\nIdempotency-Key: b")]
    [InlineData("Idempotency-Key: a\r\nidempotency-key: a")]
    [InlineData("Idempotency-Key: a\tb")]
    [InlineData("Idempotency-Key: \u00e4")]
    [InlineData("Idempotency-Key: \u0001")]
    [InlineData("Idempotency-Key: \u0000")]
    public async Task Hostile_header_is_refused_with_400_before_anything_is_sent(string header)
    {
        (await PostAsync(header)).ShouldStartWith("HTTP/1.1 400 ");
        App.Simulator.Requests.Total.ShouldBe(0);
        (await App.RowsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Idempotency-Key: ' or 1=1; drop table idempotency; --")]
    [InlineData("IDEMPOTENCY-KEY: {\"$ne\":null}")]
    [InlineData("Idempotency-Key:   padded   ")]
    public async Task Odd_key_is_a_key(string header)
    {
        (await PostAsync(header)).ShouldStartWith("HTTP/1.1 200 ");

        (await PostAsync(header)).ShouldContain("x-gateway-idempotent-replay: true");
        App.Simulator.Requests.Total.ShouldBe(1);
    }

    [Fact]
    public async Task Refusal_names_the_header()
    {
        var answer = await PostAsync($"Idempotency-Key: {new string('k', 256)}");

        answer.ShouldStartWith("HTTP/1.1 400 ");
        answer.ShouldContain("\"type\":\"invalid_request_error\"");
        answer.ShouldContain("\"code\":\"invalid_idempotency_key\"");
        answer.ShouldContain("'Idempotency-Key' header");
    }

    [Theory]
    [InlineData(0, 0, 0, "Gateway:Idempotency:KeepHours is 0. ")]
    [InlineData(721, 0, 0, "Gateway:Idempotency:KeepHours is 721. ")]
    [InlineData(24, -1, 0, "Gateway:Idempotency:MaxAnswerBytes is -1. ")]
    [InlineData(24, (64 << 20) + 1, 0, "Gateway:Idempotency:MaxAnswerBytes is 67108865. ")]
    [InlineData(24, 0, -1, "Gateway:Idempotency:MaxTenantBytes is -1. ")]
    public void Setting_that_cannot_work_is_named_with_its_value_and_the_fix(int hours, int answer, long tenant, string message) =>
        new IdempotencyOptionsValidator().Validate(null, new IdempotencyOptions { KeepHours = hours, MaxAnswerBytes = answer, MaxTenantBytes = tenant })
            .Failures.ShouldHaveSingleItem().ShouldStartWith(message + "Set it to ");

    private static bool Read(StringValues values, out IdempotencyKey? key)
    {
        var taken = IdempotencyHeader.TryRead(new HeaderDictionary { [IdempotencyKey.Header] = values }, out key, out GatewayError? error);
        (error is null).ShouldBe(taken);
        return taken;
    }

    /// <summary>Sends a chat request with one more header line, as it is; what came back.</summary>
    private async Task<string> PostAsync(string header)
    {
        var body = ChatBody.Text("hello");
        using var socket = new TcpClient();
        await socket.ConnectAsync(App.Address.Host, App.Address.Port, Timeout);
        await socket.GetStream().WriteAsync(
            Encoding.UTF8.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {App.Key}\r\n{header}\r\nContent-Length: {body.Length}\r\n\r\n{body}"),
            Timeout);
        using var reader = new StreamReader(socket.GetStream());
        return await reader.ReadToEndAsync(Timeout);
    }
}
