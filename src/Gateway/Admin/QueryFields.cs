using System.Buffers;
using System.Globalization;
using Gateway.Core.Errors;

namespace Gateway.Admin;

/// <summary>
/// Takes the parameters of a list from its URL and keeps the first thing that is wrong. Unknown ones are refused: a filter that is misspelt and
/// passed over would show more than was asked for.
/// </summary>
internal sealed class QueryFields(IQueryCollection query)
{
    private const int MaxLimit = 1000;
    private const int DefaultLimit = 50;
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");
    private readonly HashSet<string> _known = [];

    public QueryFields(HttpRequest request)
        : this(request.Query)
    {
    }

    public GatewayError? Error { get; private set; }

    public void Fail(GatewayError error) => Error ??= error;

    public string? Text(string name)
    {
        _known.Add(name);
        var values = query[name];
        if (values.Count > 1)
        {
            Fail(GatewayError.DuplicateKey(name));
        }

        if (values is not [{ Length: > 0 } value, ..])
        {
            return null;
        }

        // PostgreSQL knows no such character, and would take the database for broken.
        if (value.Contains('\0', StringComparison.Ordinal))
        {
            Fail(GatewayError.InvalidValue(name, "it must not hold the character NUL."));
        }

        return value;
    }

    public int Limit()
    {
        if (Text("limit") is not { } text)
        {
            return DefaultLimit;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit is < 1 or > MaxLimit)
        {
            Fail(GatewayError.InvalidValue("limit", $"it must be from 1 to {MaxLimit}."));
        }

        return limit;
    }

    /// <summary>A cursor that is an id of this kind, or null.</summary>
    public string? IdCursor(string prefix)
    {
        var text = Text("cursor");
        if (text is not null && (text.Length != prefix.Length + 32 || !text.StartsWith(prefix, StringComparison.Ordinal) || text.AsSpan(prefix.Length).ContainsAnyExcept(Hex)))
        {
            Fail(BadCursor());
        }

        return text;
    }

    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (!AdminTime.TryParse(text, out var time))
        {
            Fail(GatewayError.InvalidValue(name, AdminTime.Rule));
        }

        return time;
    }

    /// <summary>To be called when all known parameters are taken.</summary>
    public void RefuseOthers()
    {
        if (query.Keys.FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
        {
            Fail(GatewayError.UnknownParameter(unknown));
        }
    }

    public static GatewayError BadCursor() => GatewayError.InvalidValue("cursor", "it must be the next_cursor of the page before.");
}
