using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Images;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi.Media;

/// <summary>Pictures of the size asked for, as JSON or as events with partial ones before each.</summary>
internal sealed class ImageAnswer(MediaRequest request, Behavior behavior, bool isEdit, TimeProvider time)
{
    private const int PartialTokens = 100;
    private const int Base = 65;
    private const int PerTile = 129;

    private readonly bool _isEdit = isEdit;
    private readonly Behavior _behavior = behavior;
    private readonly int _count = Math.Clamp(request.Number("n", 1), 1, 10);
    private readonly int _partial = Math.Clamp(request.Number("partial_images", 0), 0, 3);
    private readonly long _createdAt = time.GetUtcNow().ToUnixTimeSeconds();
    private readonly string _quality = request["quality"] is "low" or "high" ? request["quality"]! : "medium";
    private readonly ImageSize _size = SizeOf(request["size"]);

    public async Task SendAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        if (request.Stream && _behavior.IgnoreStream != true)
        {
            using var stream = new ImageStream(this, response, _behavior, time);
            await stream.SendAsync(cancellationToken);
            return;
        }

        using var buffer = new Utf8Buffer();
        var picture = Convert.ToBase64String(Png.Of(_size.Width, _size.Height));
        buffer.Raw("{\"created\":"u8);
        buffer.Number(_createdAt);
        buffer.Raw(",\"background\":\"opaque\",\"output_format\":\"png\",\"quality\":"u8);
        buffer.Quoted(_quality);
        buffer.Json($",\"size\":\"{_size.Width}x{_size.Height}\",\"data\":[");
        for (var i = 0; i < _count; i++)
        {
            buffer.Raw(i == 0 ? "{"u8 : ",{"u8);
            if (request["response_format"] is "url")
            {
                buffer.Json($"\"url\":\"https://images.invalid/sim-{i}.png\"");
            }
            else
            {
                buffer.Json($"\"b64_json\":\"{picture}\"");
            }

            buffer.Raw("}"u8);
        }

        buffer.Raw("]"u8);
        WriteUsage(buffer, _count);
        buffer.Raw("}"u8);
        await JsonAnswer.SendAsync(response, buffer.Memory, _behavior, time, cancellationToken);
    }

    private static ImageSize SizeOf(string? size) =>
        size?.Split('x') is [var width, var height] && int.TryParse(width, out var w) && int.TryParse(height, out var h) && w is > 0 and <= 4096 && h is > 0 and <= 4096
            ? new ImageSize(w, h)
            : new ImageSize(1024, 1024);

    private static int Tiles(ImageSize size)
    {
        var shortest = Math.Min(size.Width, size.Height);
        var (width, height) = shortest > 512 ? (size.Width * 512L / shortest, size.Height * 512L / shortest) : (size.Width, (long)size.Height);
        return (int)(((width + 511) / 512) * ((height + 511) / 512));
    }

    private long OutputTokens => (_quality, _size.Width == _size.Height) switch
    {
        ("low", true) => 272,
        ("low", _) => 408,
        ("high", true) => 4160,
        ("high", _) => 6240,
        (_, true) => 1056,
        _ => 1584,
    };

    private void WriteUsage(Utf8Buffer to, int images)
    {
        if (_behavior.Usage is UsageReport.Omitted || request.Model!.StartsWith("dall-e", StringComparison.Ordinal))
        {
            return;
        }

        if (_behavior.Usage is UsageReport.Null)
        {
            to.Raw(",\"usage\":null"u8);
            return;
        }

        var isZero = _behavior.Usage is UsageReport.Zero;
        long text = isZero ? 0 : (request.Prompt.Length + 3) / 4;
        long image = isZero ? 0 : _behavior.ImageTokens ?? request.Files.Sum(file => ImageHeader.Read(file.Content) is { } size ? Base + (PerTile * Tiles(size)) : 0);
        var input = isZero ? 0 : _behavior.PromptTokens ?? text + image;
        var output = isZero ? 0 : _behavior.CompletionTokens ?? (OutputTokens * images) + (request.Stream ? PartialTokens * _partial * images : 0);
        to.Json($$""","usage":{"input_tokens":{{input}},"input_tokens_details":{"text_tokens":{{input - image}},"image_tokens":{{image}}},"output_tokens":{{output}},"total_tokens":{{input + output}}}""");
    }

    /// <summary>The same as events.</summary>
    private sealed class ImageStream(ImageAnswer answer, HttpResponse response, Behavior behavior, TimeProvider time) : Answers.AnswerStream(response, behavior, time)
    {
        private readonly string _prefix = answer._isEdit ? "image_edit" : "image_generation";
        private readonly string _picture = Convert.ToBase64String(Png.Of(answer._size.Width, answer._size.Height));

        public async Task SendAsync(CancellationToken cancellationToken)
        {
            await Events.OpenAsync(cancellationToken);
            for (var image = 0; image < answer._count; image++)
            {
                for (var partial = 0; partial < answer._partial; partial++)
                {
                    if (!await NextContentAsync(cancellationToken))
                    {
                        await Events.CompleteAsync(cancellationToken);
                        return;
                    }

                    Begin("partial_image");
                    Events.Buffer.Json($",\"partial_image_index\":{partial}}}\n\n");
                    await Events.EndContentAsync(cancellationToken);
                }
            }

            await Events.AfterContentAsync(cancellationToken);
            if (!await InterruptAsync(int.MaxValue, cancellationToken) && answer._behavior.NoDone != true)
            {
                for (var image = 0; image < answer._count; image++)
                {
                    Begin("completed");
                    answer.WriteUsage(Events.Buffer, images: 1);
                    Events.Buffer.Raw("}\n\n"u8);
                    if (answer._behavior.Truncated == true)
                    {
                        Events.Halve();
                    }

                    await Events.EndAsync(cancellationToken);
                }
            }

            await Events.CompleteAsync(cancellationToken);
        }

        protected override void WriteBroken() => Events.Buffer.Json($"event: {_prefix}.partial_image\ndata: {{\"type\":\"{_prefix}.par\n\n");

        protected override void WriteError()
        {
            Events.Buffer.Raw("event: error\ndata: "u8);
            OpenAiError.InStream(answer._behavior).Write(Events.Buffer);
            Events.Buffer.Raw("\n\n"u8);
        }

        private void Begin(string kind)
        {
            Events.Begin();
            Events.Buffer.Json(
                $"event: {_prefix}.{kind}\ndata: {{\"type\":\"{_prefix}.{kind}\",\"b64_json\":\"{_picture}\",\"created_at\":{answer._createdAt},\"size\":\"{answer._size.Width}x{answer._size.Height}\","
                + $"\"quality\":\"{answer._quality}\",\"background\":\"opaque\",\"output_format\":\"png\"");
        }
    }
}
