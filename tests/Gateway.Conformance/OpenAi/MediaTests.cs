using System.ClientModel;
using Gateway.Conformance.Running;
using Gateway.Testing;
using OpenAI.Audio;
using OpenAI.Images;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.OpenAi;

public sealed class MediaTests(RunningGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Picture_is_made_and_billed_by_its_tokens()
    {
        var key = await gateway.NewKeyAsync();

        GeneratedImage image = await gateway.Images(key).GenerateImageAsync("A harbour", cancellationToken: Ct);

        image.ImageBytes.ToArray().AsSpan(1, 3).SequenceEqual("PNG"u8).ShouldBeTrue();
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Text("endpoint").ShouldBe("/v1/images/generations");
        row.Number("image_output_tokens").ShouldBe(1056);
        row.Number("output_images").ShouldBe(1);
    }

    [Fact]
    public async Task Picture_is_edited()
    {
        var key = await gateway.NewKeyAsync();
        using var picture = new MemoryStream(Gateway.Testing.Pictures.Png(1024, 1536));

        GeneratedImage image = await gateway.Images(key).GenerateImageEditAsync(picture, "a.png", "Make it night", cancellationToken: Ct);

        image.ImageBytes.ShouldNotBeNull();
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Number("image_tokens").ShouldBe(323);
    }

    [Fact]
    public async Task Speech_is_billed_by_its_characters()
    {
        var key = await gateway.NewKeyAsync();

        BinaryData speech = await gateway.Audio(key, "tts-1").GenerateSpeechAsync(
            "Hello there", GeneratedSpeechVoice.Alloy, new SpeechGenerationOptions { ResponseFormat = GeneratedSpeechFormat.Wav }, Ct);

        speech.ToArray().AsSpan(0, 4).SequenceEqual("RIFF"u8).ShouldBeTrue();
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Number("characters").ShouldBe(11);
    }

    [Fact]
    public async Task File_is_transcribed_and_translated()
    {
        var key = await gateway.NewKeyAsync();
        var client = gateway.Audio(key, "whisper-1");
        using var speech = new MemoryStream(Sounds.Wav(3));

        AudioTranscription transcript = await client.TranscribeAudioAsync(
            speech, "a.wav", new AudioTranscriptionOptions { ResponseFormat = AudioTranscriptionFormat.Verbose }, Ct);

        // The client has closed the first.
        using var again = new MemoryStream(Sounds.Wav(3));
        AudioTranslation translation = await client.TranslateAudioAsync(again, "a.wav", cancellationToken: Ct);

        transcript.Text.ShouldContain("bytes of speech");
        transcript.Duration.ShouldBe(TimeSpan.FromSeconds(3));
        translation.Text.ShouldBe("The file says this in English.");
        (await gateway.Admin.LedgerAsync(key, Ct)).Select(row => row.Number("seconds")).ShouldBe([3, 3]);
    }

    [Fact]
    public async Task Transcript_streams()
    {
        var key = await gateway.NewKeyAsync();
        using var speech = new MemoryStream(Sounds.Wav(1));
        var (text, done) = ("", "");

#pragma warning disable OPENAI001 // The client's streams of transcripts may still change.
        await foreach (var update in await gateway.Audio(key, "gpt-4o-transcribe").TranscribeAudioStreamingAsync(speech, "a.wav", cancellationToken: Ct))
        {
            text += update is StreamingAudioTranscriptionTextDeltaUpdate delta ? delta.Delta : "";
            done = update is StreamingAudioTranscriptionTextDoneUpdate whole ? whole.Text : done;
        }
#pragma warning restore OPENAI001

        text.ShouldNotBeEmpty();
        text.ShouldBe(done);
    }

    [Fact]
    public async Task Refusal_names_the_field()
    {
        var key = await gateway.NewKeyAsync();

        var error = await Should.ThrowAsync<ClientResultException>(() => gateway.Audio(key, "tts-1").GenerateSpeechAsync(new string('a', 4097), GeneratedSpeechVoice.Alloy, cancellationToken: Ct));

        error.Status.ShouldBe(400);
        error.Message.ShouldContain("input");
    }
}
