using System.Text;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi.Media;

/// <summary><c>/v1/images/...</c> and <c>/v1/audio/...</c>. Directives stand in the model's name, in the prompt or the text to be spoken.</summary>
internal sealed class MediaEndpoint(SimulatorOptions options, SimulatorScript script)
{
    private readonly TimeProvider _time = options.Time;
    private readonly BehaviorLayers _layers = new(options.Default, script);
    private long _number;

    /// <summary>Whether a path is one of these.</summary>
    public static bool Serves(string path) =>
        path is "/v1/images/generations" or "/v1/images/edits" or "/v1/images/variations" or "/v1/audio/speech" or "/v1/audio/transcriptions" or "/v1/audio/translations";

    public async Task HandleAsync(HttpContext context, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var response = context.Response;
        var request = await MediaRequestReader.ReadAsync(context.Request.ContentType, body, cancellationToken);
        var refusal = request is null ? OpenAiError.BrokenJson : Missing(request, path) is { } missing ? OpenAiError.Missing(missing) : null;
        Behavior? behavior = null;
        if (refusal is null && !_layers.TryResolve(request!.ModelDirectives, Encoding.UTF8.GetBytes(request.Prompt), out behavior, out var complaint))
        {
            refusal = OpenAiError.UnusableDirective(complaint);
        }

        if (refusal is not null)
        {
            await ErrorAnswer.SendAsync(response, refusal, _time, cancellationToken);
            return;
        }

        await Opening.PassAsync(context, behavior!, _time, cancellationToken); // Both are there where nothing was refused.
        OpenAiHeaders.Write(response.Headers, Interlocked.Increment(ref _number), _time.GetElapsedTime(began));
        if (behavior!.Fails || behavior.Blocked == true)
        {
            await ErrorAnswer.SendAsync(response, OpenAiError.Of(behavior, request!.Model), behavior, _time, cancellationToken);
            return;
        }

        await (path switch
        {
            "/v1/audio/speech" => SpeechAnswer.SendAsync(response, request!, behavior, _time, cancellationToken),
            "/v1/audio/transcriptions" or "/v1/audio/translations" =>
                TranscriptAnswer.SendAsync(response, request!, behavior, translates: path.EndsWith("translations", StringComparison.Ordinal), _time, cancellationToken),
            _ => new ImageAnswer(request!, behavior, isEdit: path.EndsWith("edits", StringComparison.Ordinal), _time).SendAsync(response, cancellationToken),
        });
    }

    private static string? Missing(MediaRequest request, string path) =>
        request.Model is null or "" ? "model"
        : path is "/v1/images/generations" or "/v1/images/edits" && request["prompt"] is null ? "prompt"
        : path is "/v1/images/edits" or "/v1/images/variations" && !request.Files.Exists(file => file.Name is "image" or "image[]") ? "image"
        : path is "/v1/audio/speech" && request["input"] is null ? "input"
        : path is "/v1/audio/transcriptions" or "/v1/audio/translations" && !request.Files.Exists(file => file.Name is "file") ? "file"
        : null;
}
