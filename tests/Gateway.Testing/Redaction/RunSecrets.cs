using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gateway.Testing.Redaction;

/// <summary>What no gateway of a run may show: keys as they are made, and what clients said, as they say it.</summary>
internal sealed partial class RunSecrets
{
    private const int ShortestText = 12;
    private const int LongestText = 48;

    // What of a key is shown by contract, and a little more.
    private const int ShownOfAKey = 12;

    // The names under which the dialects' bodies have content.
    private static readonly HashSet<string> ContentFields =
        new(["content", "text", "input", "instructions", "prompt", "arguments", "description", "output", "system", "refusal", "thinking"], StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, string> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>Keys of every kind, and pictures.</summary>
    public IEnumerable<KeyValuePair<string, string>> KeysAndPictures =>
        _keys.Concat(SearchSpellings.Select(static spelling => KeyValuePair.Create(spelling, "a picture's bytes")));

    /// <summary>What clients said.</summary>
    public IEnumerable<KeyValuePair<string, string>> Texts => _texts;

    private static IReadOnlySet<string> SearchSpellings { get; } = SecretSearch.Spellings(Pictures.Mark.ToArray());

    /// <summary>A key that the gateway issued.</summary>
    public void Issued(string key) => _keys.TryAdd(key[ShownOfAKey..], "an issued key");

    public void Admin(string key) => _keys.TryAdd(key, "the admin key");

    /// <summary>The providers' keys in a catalog.</summary>
    public void Providers(string catalog)
    {
        foreach (Match match in ProviderKey().Matches(catalog))
        {
            _keys.TryAdd(match.Groups["key"].Value, "a provider's key");
        }
    }

    /// <summary>A body of JSON that is sent to a gateway; of anything else nothing is taken.</summary>
    public void Said(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span);
        var lists = new Stack<bool>();
        var isContent = false;
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        isContent = ContentFields.Contains(reader.GetString()!);
                        break;
                    case JsonTokenType.StartArray:
                        lists.Push(isContent);
                        break;
                    case JsonTokenType.EndArray:
                        lists.Pop();
                        goto case JsonTokenType.EndObject;
                    case JsonTokenType.EndObject:
                        isContent = lists.TryPeek(out var ofList) && ofList;
                        break;
                    case JsonTokenType.String when isContent && reader.GetString() is { Length: >= ShortestText } text:
                        Take(text);
                        break;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Tests send what is no JSON, or no text; what they do say they say in other bodies, too.
        }
    }

    // The longest part that is spelled alike in JSON, in protobuf and in a database.
    private void Take(string text)
    {
        var longest = "";
        foreach (var part in PlainText().EnumerateMatches(text))
        {
            longest = part.Length > longest.Length ? text.Substring(part.Index, Math.Min(part.Length, LongestText)) : longest;
        }

        if (longest.Length >= ShortestText)
        {
            _texts.TryAdd(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(longest)), "a client's words");
        }
    }

    [GeneratedRegex("""["']?api_key["']?\s*:\s*"(?<key>[^"$]{8,})["]""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ProviderKey();

    [GeneratedRegex(@"[A-Za-z0-9 .,:;=_\-\[\]?()]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PlainText();
}
