namespace Gateway.Core.Requests;

/// <summary>What a request is to bring that is not told in tokens alone.</summary>
public enum MediaKind
{
    /// <summary>Pictures, made or edited.</summary>
    Images,

    /// <summary>Text that is spoken.</summary>
    Speech,

    /// <summary>Speech that is written down.</summary>
    Transcript,

    /// <summary>A verdict on texts and pictures, which no provider tells the tokens of.</summary>
    Moderation,
}
