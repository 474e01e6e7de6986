using Gateway.Core.Audio;

namespace Gateway.Core.Requests;

/// <summary>What a request about images or audio, or for a verdict, asks for, as far as its price follows from it.</summary>
public sealed record MediaTerms
{
    /// <summary>What a second of audio that is sent in weighs: one token for 100 ms. Source: OpenAI's guide "Realtime", managing costs.</summary>
    public const int AudioTokensPerSecond = 10;

    /// <summary>The most tokens of audio that a character of text is spoken in: half a second, at one token for 50 ms.</summary>
    public const int MostAudioTokensPerCharacter = 10;

    /// <summary>What each partial picture of a stream adds to the tokens of its picture. Source: OpenAI's guide "Image generation", on streaming.</summary>
    public const int TokensPerPartialImage = 100;

    public required MediaKind Kind { get; init; }

    /// <summary>Pictures asked for; 0 for audio.</summary>
    public int Images { get; init; }

    /// <summary>Partial pictures asked for before each: 0 to 3.</summary>
    public int PartialImages { get; init; }

    /// <summary>As asked for: <c>1024x1024</c>, <c>auto</c>, or null.</summary>
    public string? Size { get; init; }

    /// <summary>As asked for: <c>low</c>, <c>medium</c>, <c>high</c>, <c>auto</c>, or null.</summary>
    public string? Quality { get; init; }

    /// <summary>Unicode code points to be spoken or judged. An empty text that is judged counts as one, and so does a picture: there is something to be charged for.</summary>
    public long Characters { get; init; }

    /// <summary>How long the audio is that was sent; null where none was.</summary>
    public AudioLength? Audio { get; init; }

    /// <summary>As asked for, or null.</summary>
    public string? ResponseFormat { get; init; }

    /// <summary>Whether a transcript is to come as a text of its own rather than as JSON.</summary>
    public bool IsPlainText => Kind == MediaKind.Transcript && ResponseFormat is "text" or "srt" or "vtt";

    /// <summary>Tokens of the audio that was sent.</summary>
    public long AudioTokens => (Audio?.Seconds ?? 0) * AudioTokensPerSecond;
}
