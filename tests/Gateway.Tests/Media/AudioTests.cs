using System.Net;
using System.Text;
using Gateway.Core.Callers;
using Gateway.Core.Streaming;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Media;

public sealed class AudioTests : MediaTest
{
    private readonly RequestProbe _probe = new();

    protected override GatewayAppOptions Options => new() { Catalog = MediaCatalog.For, Services = _probe.Register };

    [Fact]
    public async Task Transcript_is_billed_by_its_tokens()
    {
        App.Simulator.Script.Enqueue("text=one two three");
        using var form = WithFile(Form(("model", "gpt-4o-transcribe")), "file", Wav(3), "speech.wav");

        using var response = await PostAsync("/v1/audio/transcriptions", form);

        ((string?)(await response.JsonAsync())["text"]).ShouldBe("one two three");

        // 30 tokens of audio at 6 dollars, 3 of text at 10, a million.
        var row = await RowAsync();
        ShouldBe(row, "/v1/audio/transcriptions", UsageSource.Provider, "0.00021");
        (row.PromptTokens, row.AudioInputTokens, row.CompletionTokens, row.Seconds).ShouldBe((30, 30, 3, 3));
    }

    [Theory]
    [InlineData("json", UsageSource.Provider)]
    [InlineData("verbose_json", UsageSource.Provider)]
    [InlineData("text", UsageSource.Counted)]
    [InlineData("srt", UsageSource.Counted)]
    [InlineData("vtt", UsageSource.Counted)]
    public async Task Transcript_by_the_second_is_billed_in_whatever_form_it_comes(string format, UsageSource source)
    {
        using var form = WithFile(Form(("model", "whisper-1"), ("response_format", format)), "file", Wav(61), "speech.wav");

        using var response = await PostAsync("/v1/audio/transcriptions", form);

        var text = await response.Content.ReadAsStringAsync(Timeout);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        text.ShouldContain("bytes of speech");
        response.Header("x-gateway-cost-usd").ShouldBe(format.EndsWith("json", StringComparison.Ordinal) ? "0.0061" : null);
        var row = await RowAsync();
        ShouldBe(row, "/v1/audio/transcriptions", source, "0.0061");
        row.Seconds.ShouldBe(61);
    }

    [Fact]
    public async Task Transcript_of_unknown_length_is_billed_by_its_bound()
    {
        App.Simulator.Script.Enqueue("no_usage");
        using var form = WithFile(Form(("model", "whisper-1")), "file", new byte[7500]);

        using var response = await PostAsync("/v1/audio/transcriptions", form);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        ShouldBe(await RowAsync(), "/v1/audio/transcriptions", UsageSource.Estimated, "0.001");
    }

    [Fact]
    public async Task Transcript_streams_and_ends_behind_its_cost()
    {
        App.Simulator.Script.Enqueue("text=one two three");
        using var form = WithFile(Form(("stream", "true"), ("model", "gpt-4o-transcribe")), "file", Wav(1));

        using var response = await PostAsync("/v1/audio/transcriptions", form);

        var blocks = (await response.Content.ReadAsStringAsync(Timeout)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        blocks.Length.ShouldBe(5);
        blocks[0].ShouldBe("event: transcript.text.delta\ndata: {\"type\":\"transcript.text.delta\",\"delta\":\"one\"}");
        blocks[3].ShouldBe(": x-gateway-cost-usd=0.00009");
        blocks[4].ShouldContain("\"type\":\"transcript.text.done\"");
        (await RowAsync()).CompletionTokens.ShouldBe(3);
    }

    [Fact]
    public async Task Translation_is_its_own_endpoint()
    {
        using var response = await PostAsync("/v1/audio/translations", WithFile(Form(("model", "whisper-1")), "file", Wav(2)));

        ((string?)(await response.JsonAsync())["text"]).ShouldBe("The file says this in English.");
        ShouldBe(await RowAsync(), "/v1/audio/translations", UsageSource.Provider, "0.0002");
    }

    [Theory]
    [InlineData("mp3", "audio/mpeg")]
    [InlineData("wav", "audio/wav")]
    [InlineData("pcm", "audio/pcm")]
    public async Task Speech_is_billed_by_its_characters(string format, string type)
    {
        // Five code points, one of which takes two UTF-16 units.
        using var response = await PostAsync("/v1/audio/speech", $$"""{"model":"tts-1","voice":"alloy","input":"Hell\ud83d\ude00","response_format":"{{format}}"}""");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        response.Header("x-gateway-provider").ShouldBe("sim");
        (await response.Content.ReadAsByteArrayAsync(Timeout)).Length.ShouldBeGreaterThan(1000);
        var row = await RowAsync();
        ShouldBe(row, "/v1/audio/speech", UsageSource.Counted, "0.000075");
        row.Characters.ShouldBe(5);
    }

    [Fact]
    public async Task Speech_of_many_blocks_arrives_whole()
    {
        using var response = await PostAsync("/v1/audio/speech", $$"""{"model":"tts-1","voice":"alloy","input":"{{new string('a', 4096)}}","response_format":"pcm"}""");

        // 60 ms for each character, of 24,000 samples in two bytes.
        (await response.Content.ReadAsByteArrayAsync(Timeout)).Length.ShouldBe(4096 * 60 * 48);
        ShouldBe(await RowAsync(), "/v1/audio/speech", UsageSource.Counted, "0.06144");
    }

    [Fact]
    public async Task Speech_that_breaks_off_does_not_look_whole()
    {
        App.Simulator.Script.Enqueue("cut=20");

        using var response = await PostAsync("/v1/audio/speech", $$"""{"model":"tts-1","voice":"alloy","input":"{{new string('a', 400)}}","response_format":"pcm"}""", null, HttpCompletionOption.ResponseHeadersRead);

        await Should.ThrowAsync<HttpRequestException>(() => response.Content.ReadAsByteArrayAsync(Timeout));
        (await RowAsync()).Outcome.ShouldBe(AnswerOutcome.UpstreamFailed);
    }

    [Fact]
    public async Task Speech_by_tokens_is_estimated_where_the_provider_does_not_tell()
    {
        using var response = await PostAsync("/v1/audio/speech", """{"model":"gpt-4o-mini-tts","voice":"alloy","input":"Hello there, how are you today?"}""");

        var row = await RowAsync();
        row.UsageSource.ShouldBe(UsageSource.Estimated);
        row.AudioOutputTokens.ShouldBe(row.PromptTokens * 32 / 5);
        row.PromptTokens.ShouldBe(8);
    }

    [Fact]
    public async Task Speech_streams_as_events_with_its_usage()
    {
        using var response = await PostAsync("/v1/audio/speech", """{"model":"gpt-4o-mini-tts","voice":"alloy","input":"Hello","stream_format":"sse"}""");

        var blocks = (await response.Content.ReadAsStringAsync(Timeout)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        blocks[0].ShouldStartWith("event: speech.audio.delta\n");
        blocks[^2].ShouldStartWith(": x-gateway-cost-usd=");
        blocks[^1].ShouldContain("\"speech.audio.done\"");

        // 2 tokens at 0.60 dollars, 7 of audio at 12, a million.
        ShouldBe(await RowAsync(), "/v1/audio/speech", UsageSource.Provider, "0.0000852");
    }

    [Theory]
    [InlineData("{\"model\":\"tts-1\",\"voice\":\"alloy\"}", "input")]
    [InlineData("{\"model\":\"tts-1\",\"input\":\"\"}", "input")]
    public async Task Speech_needs_a_text(string body, string field)
    {
        using var response = await PostAsync("/v1/audio/speech", body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await response.ErrorAsync())["param"]).ShouldBe(field);
        await ShouldKeepNothingAsync();
    }

    [Fact]
    public async Task Speech_of_more_than_4096_characters_is_refused()
    {
        using var response = await PostAsync("/v1/audio/speech", $$"""{"model":"tts-1","voice":"alloy","input":"{{new string('a', 4097)}}"}""");

        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("string_above_max_length");
        await ShouldKeepNothingAsync();
    }

    [Fact]
    public async Task Page_in_the_place_of_audio_is_a_failure_and_costs_nothing()
    {
        App.Simulator.Script.Enqueue("wrong_content_type");

        using var response = await PostAsync("/v1/audio/speech", """{"model":"tts-1","voice":"alloy","input":"Hello"}""");

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await RowAsync()).Amount.NanoUsd.ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task Failover_sends_the_form_again_from_memory_or_disk(int seconds)
    {
        App.Simulator.Script.Enqueue("status=500");
        var file = Wav(seconds);
        new Random(1).NextBytes(file.AsSpan(44));

        using var response = await PostAsync("/v1/audio/transcriptions", WithFile(Form(("model", "whisper-1")), "file", file));

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var sent = await App.Simulator.Requests.WaitForAsync(2, Timeout);
        var (first, second) = (Encoding.Latin1.GetString(sent[0].Body.Span), Encoding.Latin1.GetString(sent[1].Body.Span));
        first.ShouldContain("whisper-upstream");
        second.ShouldBe(first.Replace("whisper-upstream", "whisper-second", StringComparison.Ordinal));
        second.ShouldContain(Encoding.Latin1.GetString(file));
        ShouldBe(await RowAsync(), "/v1/audio/transcriptions", UsageSource.Provider, seconds == 1 ? "0.0001" : "0.006");
    }

    [Fact]
    public async Task Card_changes_the_form_as_it_changes_json()
    {
        using var form = WithFile(Form(("language", "de"), ("model", "guarded"), ("prompt", "Hm")), "file", Wav(1));

        using var response = await PostAsync("/v1/audio/transcriptions", form);

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        ((string?)(await response.JsonAsync())["task"]).ShouldBe("transcribe"); // Of verbose_json.
        var sent = Encoding.Latin1.GetString((await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].Body.Span);
        sent.ShouldNotContain("language");
        sent.ShouldContain("name=\"temperature\"\r\n\r\n0\r\n");
        sent.ShouldEndWith("--\r\n");

        using var refused = await PostAsync("/v1/audio/transcriptions", WithFile(Form(("model", "guarded"), ("chunking_strategy", "auto")), "file", Wav(1)));
        ((string?)(await refused.ErrorAsync())["code"]).ShouldBe("unsupported_parameter");
    }

    [Fact]
    public async Task Same_form_with_another_boundary_is_the_same_request()
    {
        using var client = App.Client();
        client.DefaultRequestHeaders.Add("Idempotency-Key", "form-1");
        var answers = new List<string>();
        foreach (var boundary in (string[])["first", "second"])
        {
            using var form = new MultipartFormDataContent(boundary) { { new StringContent("whisper-1"), "model" }, { new ByteArrayContent(Wav(1)), "file", "a.wav" } };
            using var response = await client.PostAsync("/v1/audio/transcriptions", form, Timeout);
            answers.Add(await response.Content.ReadAsStringAsync(Timeout));
            response.StatusCode.ShouldBe(HttpStatusCode.OK, answers[^1]);
        }

        answers[1].ShouldBe(answers[0]);
        await RowAsync();

        using var other = new MultipartFormDataContent("third") { { new StringContent("whisper-1"), "model" }, { new ByteArrayContent(Wav(2)), "file", "a.wav" } };
        using var conflict = await client.PostAsync("/v1/audio/transcriptions", other, Timeout);
        conflict.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData(DisconnectPolicy.Drain)]
    [InlineData(DisconnectPolicy.Cancel)]
    public async Task Client_that_leaves_during_speech_owes_its_characters(DisconnectPolicy policy)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        App.Simulator.Script.Enqueue(Behavior.Held(release.Task, after: 20));
        var key = await App.IssueKeyAsync(policy);
        using (var client = App.Client(key))
        {
            using var content = new StringContent($$"""{"model":"tts-1","voice":"alloy","input":"{{new string('a', 400)}}","response_format":"pcm"}""", Encoding.UTF8, "application/json");
            using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/audio/speech") { Content = content }, HttpCompletionOption.ResponseHeadersRead, Timeout);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        if (policy == DisconnectPolicy.Drain)
        {
            await _probe.NoticedAsync(Timeout);
            release.SetResult();
        }

        var row = await RowAsync();
        row.Outcome.ShouldBe(AnswerOutcome.ClientDisconnected);
        row.Amount.ToString().ShouldBe("0.006");
    }
}
