using System.Globalization;
using System.Text;
using Gateway.Simulator.Answers;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi.Media;

/// <summary>What was said in a file: as JSON, as plain text or subtitles, or as events.</summary>
internal sealed class TranscriptAnswer : AnswerStream
{
    private const int AudioTokensPerSecond = 10;
    private readonly Behavior _behavior;
    private readonly string _text;
    private readonly int _milliseconds;
    private readonly bool _byDuration;
    private readonly long _promptTokens;

    private TranscriptAnswer(HttpResponse response, MediaRequest request, Behavior behavior, bool translates, TimeProvider time)
        : base(response, behavior, time)
    {
        var file = request.Files.First(part => part.Name is "file").Content; // Checked before.
        (_behavior, _milliseconds) = (behavior, Sound.Milliseconds(file));
        _text = behavior.Text ?? (translates ? "The file says this in English." : $"The file has {file.Length} bytes of speech.");
        _byDuration = request.Model!.StartsWith("whisper", StringComparison.Ordinal);
        _promptTokens = (request.Prompt.Length + 3) / 4;
    }

    public static async Task SendAsync(HttpResponse response, MediaRequest request, Behavior behavior, bool translates, TimeProvider time, CancellationToken cancellationToken)
    {
        using var answer = new TranscriptAnswer(response, request, behavior, translates, time);
        if (request.Stream && behavior.IgnoreStream != true && !answer._byDuration)
        {
            await answer.SendEventsAsync(cancellationToken);
            return;
        }

        var end = TimeSpan.FromMilliseconds(answer._milliseconds);
        switch (request["response_format"])
        {
            case "text":
                await answer.SendTextAsync(response, "text/plain; charset=utf-8", $"{answer._text}\n", cancellationToken);
                break;
            case "srt":
                await answer.SendTextAsync(response, "text/plain; charset=utf-8", $"1\n00:00:00,000 --> {Time(end, ',')}\n{answer._text}\n\n", cancellationToken);
                break;
            case "vtt":
                await answer.SendTextAsync(response, "text/vtt; charset=utf-8", $"WEBVTT\n\n00:00:00.000 --> {Time(end, '.')}\n{answer._text}\n\n", cancellationToken);
                break;
            default:
                await answer.SendJsonAsync(response, verbose: request["response_format"] is "verbose_json", translates, time, cancellationToken);
                break;
        }
    }

    protected override void WriteBroken() => Events.Buffer.Raw("event: transcript.text.delta\ndata: {\"type\":\"transcr\n\n"u8);

    protected override void WriteError()
    {
        Events.Buffer.Raw("event: error\ndata: "u8);
        OpenAiError.InStream(_behavior).Write(Events.Buffer);
        Events.Buffer.Raw("\n\n"u8);
    }

    private static string Time(TimeSpan at, char separator) => at.ToString($@"hh\:mm\:ss\{separator}fff", CultureInfo.InvariantCulture);

    private async Task SendTextAsync(HttpResponse response, string contentType, string text, CancellationToken cancellationToken)
    {
        response.ContentType = contentType;
        var bytes = Encoding.UTF8.GetBytes(text);
        if (_behavior.Cut is not null || _behavior.CutBody == true)
        {
            await response.BodyWriter.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), cancellationToken);
            throw new ConnectionCutException();
        }

        response.ContentLength = bytes.Length;
        await response.BodyWriter.WriteAsync(bytes, cancellationToken);
    }

    private async Task SendJsonAsync(HttpResponse response, bool verbose, bool translates, TimeProvider time, CancellationToken cancellationToken)
    {
        using var buffer = new Utf8Buffer();
        buffer.Raw("{"u8);
        var seconds = FormattableString.Invariant($"{_milliseconds / 1000}.{_milliseconds % 1000:000}");
        if (verbose)
        {
            buffer.Json($"\"task\":\"{(translates ? "translate" : "transcribe")}\",\"language\":\"english\",\"duration\":{seconds},");
        }

        buffer.Raw("\"text\":"u8);
        buffer.Quoted(_text);
        if (verbose)
        {
            buffer.Json($",\"segments\":[{{\"id\":0,\"seek\":0,\"start\":0.0,\"end\":{seconds},\"text\":");
            buffer.Quoted(_text);
            buffer.Raw(",\"tokens\":[50364],\"temperature\":0.0,\"avg_logprob\":-0.2,\"compression_ratio\":0.9,\"no_speech_prob\":0.01}]"u8);
        }

        WriteUsage(buffer);
        buffer.Raw("}"u8);
        await JsonAnswer.SendAsync(response, buffer.Memory, _behavior, time, cancellationToken);
    }

    private void WriteUsage(Utf8Buffer to)
    {
        if (_behavior.Usage is UsageReport.Omitted)
        {
            return;
        }

        if (_behavior.Usage is UsageReport.Null)
        {
            to.Raw(",\"usage\":null"u8);
        }
        else if (_byDuration)
        {
            to.Json($",\"usage\":{{\"type\":\"duration\",\"seconds\":{(_milliseconds + 999) / 1000}}}");
        }
        else
        {
            var audio = (long)_milliseconds * AudioTokensPerSecond / 1000;
            var input = _behavior.PromptTokens ?? _promptTokens + audio;
            var output = _behavior.CompletionTokens ?? AnswerText.CountWords(_text);
            to.Json($$""","usage":{"type":"tokens","input_tokens":{{input}},"input_token_details":{"text_tokens":{{input - audio}},"audio_tokens":{{audio}}},"output_tokens":{{output}},"total_tokens":{{input + output}}}""");
        }
    }

    private async Task SendEventsAsync(CancellationToken cancellationToken)
    {
        await Events.OpenAsync(cancellationToken);
        var words = new AnswerText(_text, AnswerText.CountWords(_text)).GetEnumerator();
        while (words.MoveNext())
        {
            if (!await NextContentAsync(cancellationToken))
            {
                await Events.CompleteAsync(cancellationToken);
                return;
            }

            Events.Begin();
            Events.Buffer.Raw("event: transcript.text.delta\ndata: {\"type\":\"transcript.text.delta\",\"delta\":\""u8);
            Events.Buffer.Text(words.Current);
            Events.Buffer.Raw("\"}\n\n"u8);
            await Events.EndContentAsync(cancellationToken);
        }

        await Events.AfterContentAsync(cancellationToken);
        if (!await InterruptAsync(int.MaxValue, cancellationToken) && _behavior.NoDone != true)
        {
            Events.Begin();
            Events.Buffer.Raw("event: transcript.text.done\ndata: {\"type\":\"transcript.text.done\",\"text\":"u8);
            Events.Buffer.Quoted(_text);
            WriteUsage(Events.Buffer);
            Events.Buffer.Raw("}\n\n"u8);
            await Events.EndAsync(cancellationToken);
        }

        await Events.CompleteAsync(cancellationToken);
    }
}
