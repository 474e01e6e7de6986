namespace Gateway.Storage;

/// <summary>Who makes a change.</summary>
/// <param name="Name"><c>admin key</c>, a key's id, <c>command line</c> or <c>gateway</c>; never a secret.</param>
/// <param name="Role">With which rights.</param>
/// <param name="Address">From where, or null.</param>
internal sealed record Actor(string Name, string Role, string? Address)
{
    /// <summary>The process itself, as in Development.</summary>
    public static readonly Actor Gateway = new("gateway", "owner", null);

    public static readonly Actor CommandLine = new("command line", "owner", null);
}
