namespace Gateway.Simulator.Anthropic;

/// <summary>Messages of one role that follow each other; the provider takes them for one.</summary>
/// <param name="FromUser">Or else from the assistant.</param>
/// <param name="Index">Of the first message.</param>
internal sealed record Turn(bool FromUser, int Index)
{
    /// <summary>Identifiers of the calls made here.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Identifiers of the calls whose results are here, and where each stands.</summary>
    public List<(string Id, string Path)> Results { get; } = [];

    /// <summary>Type of the first block.</summary>
    public string? FirstBlock { get; set; }

    /// <summary>Something else than a result has come.</summary>
    public bool HasOther { get; set; }

    /// <summary>A result came after something else.</summary>
    public bool HasLateResult { get; set; }
}
