namespace Gateway.Core.Requests;

/// <summary>What a request about images or audio is to bring.</summary>
public enum MediaKind
{
    /// <summary>Pictures, made or edited.</summary>
    Images,

    /// <summary>Text that is spoken.</summary>
    Speech,

    /// <summary>Speech that is written down.</summary>
    Transcript,
}
