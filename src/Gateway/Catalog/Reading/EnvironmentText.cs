using System.Text;

namespace Gateway.Catalog.Reading;

/// <summary>A text with each <c>${NAME}</c> replaced by the environment's value.</summary>
/// <param name="Value">Null where a variable is missing or the text is malformed.</param>
/// <param name="Missing">The variables that are not set, or empty.</param>
/// <param name="IsMalformed">A <c>${</c> without its <c>}</c>, or a name that no variable can have.</param>
internal readonly record struct EnvironmentText(string? Value, IReadOnlyList<string> Missing, bool IsMalformed)
{
    public static EnvironmentText Expand(string text, Func<string, string?> environment)
    {
        var expanded = new StringBuilder(text.Length);
        var missing = new List<string>();
        var rest = text.AsSpan();
        for (var at = rest.IndexOf("${"); at >= 0; at = rest.IndexOf("${"))
        {
            expanded.Append(rest[..at]);
            rest = rest[(at + 2)..];
            var end = rest.IndexOf('}');
            if (end < 1 || !IsName(rest[..end]))
            {
                return new EnvironmentText(null, [], IsMalformed: true);
            }

            var name = rest[..end].ToString();

            // Secrets mounted from files tend to end in a line break.
            if (environment(name)?.Trim() is { Length: > 0 } value)
            {
                expanded.Append(value);
            }
            else
            {
                missing.Add(name);
            }

            rest = rest[(end + 1)..];
        }

        return missing.Count > 0
            ? new EnvironmentText(null, missing, IsMalformed: false)
            : new EnvironmentText(expanded.Append(rest).ToString(), [], IsMalformed: false);
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter != '_')
            {
                return false;
            }
        }

        return !char.IsAsciiDigit(name[0]);
    }
}
