using System.Buffers;

namespace Gateway.Catalog.Reading;

/// <summary>A place in the catalog, and the checks that many places share. A check gives null for what is absent or refused.</summary>
internal readonly struct Place(CatalogFindings findings, string path)
{
    private static readonly SearchValues<char> PlainName =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_$");

    public string Path { get; } = path;

    public Place this[string member] => new(findings, Member(Path, member));

    public Place this[int index] => new(findings, $"{Path}[{index}]");

    /// <summary>The path of a member; a name with a dot in it is quoted: <c>models["gpt-4.1"]</c>.</summary>
    public static string Member(string path, string name) =>
        name.Length == 0 || name.AsSpan().ContainsAnyExcept(PlainName) ? $"{path}[\"{name}\"]"
        : path.Length == 0 ? name
        : $"{path}.{name}";

    public void Refuse(string message) => findings.Refuse(Path, message);

    public long? Number(long? value, long least, long most)
    {
        if (value is { } number && (number < least || number > most))
        {
            Refuse($"{number} is out of range; write a whole number from {least} to {most}");
            return null;
        }

        return value;
    }

    public long? RequiredNumber(long? value, long least, long most)
    {
        if (value is null)
        {
            Refuse($"is missing; write a whole number from {least} to {most}");
        }

        return Number(value, least, most);
    }

    public string? Text(string? value)
    {
        if (value is not null && string.IsNullOrWhiteSpace(value))
        {
            Refuse("is empty; write a text or leave it out");
            return null;
        }

        return value;
    }

    public string? RequiredText(string? value, string example)
    {
        if (value is null)
        {
            Refuse($"is missing; write, for example, \"{example}\"");
        }

        return Text(value);
    }

    /// <summary>One of the words, or <paramref name="fallback"/> where absent.</summary>
    public T Choice<T>(string? value, T fallback, params ReadOnlySpan<(string Word, T Meaning)> choices)
    {
        if (value is null)
        {
            return fallback;
        }

        var words = new List<string>(choices.Length);
        foreach (var (word, meaning) in choices)
        {
            if (word == value)
            {
                return meaning;
            }

            words.Add($"\"{word}\"");
        }

        Refuse($"\"{value}\" is not known; write one of {string.Join(", ", words)}");
        return fallback;
    }

    /// <summary>A time such as <c>500ms</c>, <c>5s</c> or <c>2m</c>: more than zero, a day at most.</summary>
    public TimeSpan? Duration(string? value)
    {
        if (value is null)
        {
            return null;
        }

        if (!DurationText.TryParse(value, out var duration) || duration <= TimeSpan.Zero || duration > TimeSpan.FromDays(1))
        {
            Refuse($"\"{value}\" is no time; write a whole number and its unit such as \"500ms\", \"5s\", \"2m\" or \"1h\", 24h at most");
            return null;
        }

        return duration;
    }

    /// <summary>An instant, in UTC.</summary>
    public DateTimeOffset? Date(string? value)
    {
        if (InstantText.TryParse(value, out var instant))
        {
            return instant;
        }

        Refuse(value is null
            ? "is missing; write the day from which it applies, such as \"2025-01-01\""
            : $"\"{value}\" is no date; write YYYY-MM-DD (midnight UTC) or an RFC 3339 time such as \"2025-01-01T12:00:00Z\"");
        return null;
    }
}
