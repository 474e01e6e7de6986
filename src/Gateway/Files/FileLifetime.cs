namespace Gateway.Files;

/// <summary>How long files live. A whole number of one unit in settings: <c>3600s</c>, <c>90m</c>, <c>12h</c>, <c>30d</c>.</summary>
internal static class FileLifetime
{
    /// <summary>What a client may ask for, in seconds: from an hour to 30 days, as OpenAI has it.</summary>
    public const long ShortestAskedSeconds = 3600;

    /// <inheritdoc cref="ShortestAskedSeconds"/>
    public const long LongestAskedSeconds = 2_592_000;

    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <returns>False for another form, and for less than a minute or more than 3650 days.</returns>
    public static bool TryParse(string text, out TimeSpan lifetime)
    {
        lifetime = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits is < 1 or > 9)
        {
            return false;
        }

        long? unit = text[digits..] switch
        {
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            _ => null,
        };
        if (unit is not { } ticks)
        {
            return false;
        }

        // Nine digits of days are 8.6e20 ticks: more than a long holds.
        var total = (Int128)long.Parse(text.AsSpan(0, digits)) * ticks;
        if (total < Shortest.Ticks || total > Longest.Ticks)
        {
            return false;
        }

        lifetime = new TimeSpan((long)total);
        return true;
    }
}
