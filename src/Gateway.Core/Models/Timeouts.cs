namespace Gateway.Core.Models;

/// <summary>How long a provider may take, by stage.</summary>
public sealed record Timeouts
{
    public static readonly Timeouts Default = new();

    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From sending the request to the first byte of the answer's body.</summary>
    public TimeSpan FirstByte { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Between two reads of the answer.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(120);

    public TimeSpan Total { get; init; } = TimeSpan.FromSeconds(600);
}
