using System.Buffers;
using System.Text;

namespace Gateway.Testing.Redaction;

/// <summary>
/// Looks for many strings of bytes at once, and for whole keys of the gateway whoever issued them. Bytes are read as Latin-1, one character each, so that text and
/// anything else are searched alike.
/// </summary>
internal sealed class SecretSearch
{
    private const int Chunk = 1 << 20;
    private const int MostFindings = 20;
    private const int Around = 60;

    // A key shows four digits of itself; this many are nobody's prefix.
    private const int DigitsOfAKey = 20;
    private const string KeyStart = "sk-gw-";

    private static readonly SearchValues<char> KeyDigits = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal) { [KeyStart] = "a key" };
    private readonly SearchValues<string> _patterns;
    private readonly int[] _lengths;

    /// <param name="secrets">By their bytes, read as Latin-1; the value says in a finding what was found.</param>
    public SecretSearch(IEnumerable<KeyValuePair<string, string>> secrets)
    {
        foreach (var (pattern, name) in secrets)
        {
            _names[pattern] = name;
        }

        _patterns = SearchValues.Create([.. _names.Keys], StringComparison.Ordinal);
        _lengths = [.. _names.Keys.Select(static pattern => pattern.Length).Distinct().Order()];
    }

    /// <summary>How some bytes lie in Base64, in either alphabet, at each of the three places where they may begin in a group; as they are, too.</summary>
    /// <param name="bytes">At least 12, or nothing distinctive is left of them.</param>
    public static IReadOnlySet<string> Spellings(byte[] bytes)
    {
        var spellings = new HashSet<string>(StringComparer.Ordinal) { Encoding.Latin1.GetString(bytes) };
        for (var before = 0; before < 3; before++)
        {
            // The characters that also hold bits of what stands before or behind are left out.
            var whole = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var inner = whole[(before == 0 ? 0 : before + 1)..((before + bytes.Length) * 8 / 6)];
            spellings.Add(inner);
            spellings.Add(inner.Replace('+', '-').Replace('/', '_'));
        }

        return spellings;
    }

    /// <summary>What is found, each once, with where it stands and what stands around it; at most twenty.</summary>
    public IReadOnlyList<string> Find(Stream stream, string where)
    {
        var findings = new Dictionary<string, string>(StringComparer.Ordinal);
        var overlap = Math.Max(_lengths[^1], KeyStart.Length + DigitsOfAKey);
        var bytes = new byte[Chunk + overlap];
        var characters = new char[bytes.Length];
        var kept = 0;
        while (findings.Count < MostFindings)
        {
            var read = stream.ReadAtLeast(bytes.AsSpan(kept), bytes.Length - kept, throwOnEndOfStream: false);
            if (read == 0)
            {
                break;
            }

            var length = kept + read;
            Encoding.Latin1.GetChars(bytes.AsSpan(0, length), characters);
            Find(characters.AsSpan(0, length), where, findings);
            kept = Math.Min(overlap, length);
            bytes.AsSpan(length - kept, kept).CopyTo(bytes);
        }

        return [.. findings.Values];
    }

    private void Find(ReadOnlySpan<char> text, string where, Dictionary<string, string> findings)
    {
        var names = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var at = 0; findings.Count < MostFindings && text[at..].IndexOfAny(_patterns) is >= 0 and var next; at++)
        {
            at += next;
            foreach (var length in _lengths)
            {
                if (at + length <= text.Length && names.TryGetValue(text.Slice(at, length), out var name) && (length != KeyStart.Length || IsKey(text[at..])))
                {
                    var around = text[Math.Max(0, at - Around)..Math.Min(text.Length, at + length + Around)].ToString();
                    findings.TryAdd(name, $"{name} in {where}: ...{new string([.. around.Select(static c => c is >= ' ' and <= '~' ? c : '.')])}...");
                }
            }
        }
    }

    private static bool IsKey(ReadOnlySpan<char> text) =>
        text.Length >= KeyStart.Length + DigitsOfAKey && !text.Slice(KeyStart.Length, DigitsOfAKey).ContainsAnyExcept(KeyDigits);
}
