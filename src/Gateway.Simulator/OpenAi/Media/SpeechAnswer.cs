using Gateway.Simulator.Answers;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi.Media;

/// <summary>A tone as long as the text would take to be spoken: as the file's bytes, or as events.</summary>
internal sealed class SpeechAnswer : AnswerStream
{
    private const int MillisecondsPerCharacter = 60;
    private const int TokensPerSecond = 20;
    private const int PieceBytes = 4096;

    private readonly Behavior _behavior;

    private SpeechAnswer(HttpResponse response, Behavior behavior, TimeProvider time)
        : base(response, behavior, time) => _behavior = behavior;

    public static async Task SendAsync(HttpResponse response, MediaRequest request, Behavior behavior, TimeProvider time, CancellationToken cancellationToken)
    {
        var format = request["response_format"] ?? "mp3";
        var milliseconds = Math.Max(100, request.Prompt.Length * MillisecondsPerCharacter);
        var sound = Sound.Of(format, milliseconds);
        using var answer = new SpeechAnswer(response, behavior, time);
        await (request["stream_format"] is "sse"
            ? answer.SendEventsAsync(sound, (request.Prompt.Length + 3) / 4, (milliseconds * TokensPerSecond / 1000) + 1, cancellationToken)
            : SendFileAsync(response, Sound.ContentType(format), sound, behavior, time, cancellationToken));
    }

    protected override void WriteBroken() => Events.Buffer.Raw("event: speech.audio.delta\ndata: {\"type\":\"speech.aud\n\n"u8);

    protected override void WriteError()
    {
        Events.Buffer.Raw("event: error\ndata: "u8);
        OpenAiError.InStream(_behavior).Write(Events.Buffer);
        Events.Buffer.Raw("\n\n"u8);
    }

    private static async Task SendFileAsync(HttpResponse response, string contentType, byte[] sound, Behavior behavior, TimeProvider time, CancellationToken cancellationToken)
    {
        response.ContentType = behavior.WrongContentType == true ? "text/plain" : contentType;
        if (behavior.FirstToken is { } wait)
        {
            await response.Body.FlushAsync(cancellationToken);
            await Task.Delay(wait, time, cancellationToken);
        }

        for (var (at, piece) = (0, 0); at < sound.Length || behavior.Endless == true; at += PieceBytes, piece++)
        {
            if (behavior.Cut <= piece)
            {
                throw new ConnectionCutException();
            }

            if (behavior.HangAfter <= piece)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
            }

            if (behavior.HoldAfter <= piece && behavior.Hold is { } hold)
            {
                await hold.WaitAsync(cancellationToken);
            }

            var from = at % sound.Length;
            var written = await response.BodyWriter.WriteAsync(sound.AsMemory(from, Math.Min(PieceBytes, sound.Length - from)), cancellationToken);
            if (written.IsCompleted)
            {
                throw new OperationCanceledException("The client is gone.");
            }

            if (behavior.Pace is { } pace && pace > TimeSpan.Zero)
            {
                await Task.Delay(pace, time, cancellationToken);
            }
        }
    }

    private async Task SendEventsAsync(byte[] sound, int inputTokens, int outputTokens, CancellationToken cancellationToken)
    {
        await Events.OpenAsync(cancellationToken);
        for (var at = 0; at < sound.Length; at += PieceBytes)
        {
            if (!await NextContentAsync(cancellationToken))
            {
                await Events.CompleteAsync(cancellationToken);
                return;
            }

            Events.Begin();
            Events.Buffer.Json($"event: speech.audio.delta\ndata: {{\"type\":\"speech.audio.delta\",\"audio\":\"{Convert.ToBase64String(sound.AsSpan(at, Math.Min(PieceBytes, sound.Length - at)))}\"}}\n\n");
            await Events.EndContentAsync(cancellationToken);
        }

        await Events.AfterContentAsync(cancellationToken);
        if (!await InterruptAsync(int.MaxValue, cancellationToken) && _behavior.NoDone != true)
        {
            Events.Begin();
            Events.Buffer.Raw("event: speech.audio.done\ndata: {\"type\":\"speech.audio.done\""u8);
            if (_behavior.Usage is not (UsageReport.Omitted or UsageReport.Null))
            {
                var (input, output) = (_behavior.PromptTokens ?? inputTokens, _behavior.CompletionTokens ?? outputTokens);
                Events.Buffer.Json($",\"usage\":{{\"input_tokens\":{input},\"output_tokens\":{output},\"total_tokens\":{input + output}}}");
            }

            Events.Buffer.Raw("}\n\n"u8);
            await Events.EndAsync(cancellationToken);
        }

        await Events.CompleteAsync(cancellationToken);
    }
}
