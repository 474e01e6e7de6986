namespace Gateway.Pipeline;

/// <summary>A setting of several values: separated by commas, or an array.</summary>
internal static class SettingList
{
    public static IReadOnlyList<string> Of(IConfiguration configuration, string key)
    {
        var section = configuration.GetSection(key);
        return section.Value is { } text
            ? text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [.. section.GetChildren().Select(child => child.Value ?? "")];
    }
}
