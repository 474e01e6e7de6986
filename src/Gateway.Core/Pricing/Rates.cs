namespace Gateway.Core.Pricing;

/// <summary>
/// The rates of one price. Token rates are US dollars per million tokens; the others US dollars for one. A rate that is absent is null:
/// <see cref="Reasoning"/> then falls back to <see cref="Output"/>, <see cref="ImageInput"/>, <see cref="CachedInput"/>,
/// <see cref="CacheWrite"/> and <see cref="AudioInput"/> to <see cref="Input"/>, <see cref="AudioOutput"/> and
/// <see cref="ImageOutput"/> to <see cref="Output"/>; the rest to nothing.
/// </summary>
public sealed record Rates
{
    public static readonly Rates None = new();

    public Money? PerRequest { get; init; }

    public Money? PerImage { get; init; }

    public Money? Input { get; init; }

    public Money? CachedInput { get; init; }

    public Money? CacheWrite { get; init; }

    public Money? Output { get; init; }

    public Money? Reasoning { get; init; }

    public Money? AudioInput { get; init; }

    public Money? AudioOutput { get; init; }

    public Money? ImageInput { get; init; }

    public Money? ImageOutput { get; init; }

    public Money? PerSecond { get; init; }

    public Money? PerCharacter { get; init; }

    /// <summary>These rates, and where one is absent, that of <paramref name="other"/>.</summary>
    public Rates Or(Rates other) => new()
    {
        PerRequest = PerRequest ?? other.PerRequest,
        PerImage = PerImage ?? other.PerImage,
        Input = Input ?? other.Input,
        CachedInput = CachedInput ?? other.CachedInput,
        CacheWrite = CacheWrite ?? other.CacheWrite,
        Output = Output ?? other.Output,
        Reasoning = Reasoning ?? other.Reasoning,
        AudioInput = AudioInput ?? other.AudioInput,
        AudioOutput = AudioOutput ?? other.AudioOutput,
        ImageInput = ImageInput ?? other.ImageInput,
        ImageOutput = ImageOutput ?? other.ImageOutput,
        PerSecond = PerSecond ?? other.PerSecond,
        PerCharacter = PerCharacter ?? other.PerCharacter,
    };

    /// <summary>These rates with one set by its name in <see cref="Given"/>; null where none is called so.</summary>
    public Rates? With(string name, Money rate) => name switch
    {
        "per_request" => this with { PerRequest = rate },
        "input" => this with { Input = rate },
        "cached_input" => this with { CachedInput = rate },
        "cache_write" => this with { CacheWrite = rate },
        "output" => this with { Output = rate },
        "reasoning" => this with { Reasoning = rate },
        "audio_input" => this with { AudioInput = rate },
        "audio_output" => this with { AudioOutput = rate },
        "image_input" => this with { ImageInput = rate },
        "image_output" => this with { ImageOutput = rate },
        "per_image" => this with { PerImage = rate },
        "per_second" => this with { PerSecond = rate },
        "per_character" => this with { PerCharacter = rate },
        _ => null,
    };

    /// <summary>The rates that are there, by the names that the catalog and the ledger use, always in this order.</summary>
    public IEnumerable<KeyValuePair<string, Money>> Given()
    {
        ReadOnlySpan<(string Name, Money? Rate)> all =
        [
            ("per_request", PerRequest),
            ("input", Input),
            ("cached_input", CachedInput),
            ("cache_write", CacheWrite),
            ("output", Output),
            ("reasoning", Reasoning),
            ("audio_input", AudioInput),
            ("audio_output", AudioOutput),
            ("image_input", ImageInput),
            ("image_output", ImageOutput),
            ("per_image", PerImage),
            ("per_second", PerSecond),
            ("per_character", PerCharacter),
        ];
        var given = new List<KeyValuePair<string, Money>>(all.Length);
        foreach (var (name, rate) in all)
        {
            if (rate is { } money)
            {
                given.Add(KeyValuePair.Create(name, money));
            }
        }

        return given;
    }
}
