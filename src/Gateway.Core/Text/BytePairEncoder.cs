using System.Buffers;
using System.Text.RegularExpressions;

namespace Gateway.Core.Text;

/// <summary>
/// The exact tokens of text, as OpenAI's tiktoken counts them for the encodings of its chat models. Special tokens are text like any other:
/// what a user writes as <c>&lt;|endoftext|&gt;</c> is seven tokens, never the one that ends a text.
/// </summary>
/// <remarks>
/// Text is taken in windows of 64 KiB, cut where cutting changes nothing. Only where a stretch offers no such place does the window grow, to
/// 256 KiB at most: a single run of letters, of symbols or of spaces longer than that is cut by force, and its count may differ from
/// tiktoken's by a token or two at each such cut. Working memory is thereby about 4 MiB at most, whatever the text, and time is
/// proportional to its length. Which characters are letters, marks and numbers is as the runtime's Unicode tables say.
/// </remarks>
public sealed class BytePairEncoder
{
    private const int Window = 1 << 16;
    private const int LargestWindow = 1 << 18;

    private static readonly Lazy<BytePairEncoder> Cl100K = new(() => new BytePairEncoder("cl100k_base", SplitPatterns.Cl100K()));
    private static readonly Lazy<BytePairEncoder> O200K = new(() => new BytePairEncoder("o200k_base", SplitPatterns.O200K()));

    private readonly TokenRanks _ranks;
    private readonly Regex _pieces;

    private BytePairEncoder(string name, Regex pieces)
    {
        Name = name;
        _pieces = pieces;
        _ranks = TokenRanks.Load($"Gateway.Core.Text.Ranks.{name}.br");
    }

    /// <summary>The encoding's name, such as <c>o200k_base</c>.</summary>
    public string Name { get; }

    internal TokenRanks Ranks => _ranks;

    /// <summary>
    /// The encoder of this name: <c>cl100k_base</c> or <c>o200k_base</c>. It is made once, at the first call for it, and any number of threads may use it.
    /// </summary>
    public static bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out BytePairEncoder? encoder)
    {
        encoder = name switch
        {
            "cl100k_base" => Cl100K.Value,
            "o200k_base" => O200K.Value,
            _ => null,
        };
        return encoder is not null;
    }

    /// <summary>Tokens of text. Bytes that are no UTF-8 count as U+FFFD.</summary>
    public long Count(ReadOnlySpan<byte> utf8) => Encode(new TextSource(utf8, isJson: false), null);

    /// <summary>Tokens of the text that a JSON string stands for. What is no UTF-8, and halves of surrogate pairs, count as U+FFFD.</summary>
    /// <param name="jsonStringInside">What stands between the quotes, escapes and all.</param>
    public long CountJson(ReadOnlySpan<byte> jsonStringInside) => Encode(new TextSource(jsonStringInside, isJson: true), null);

    /// <summary>Appends the tokens of text. Bytes that are no UTF-8 are encoded as U+FFFD.</summary>
    /// <returns>How many were appended.</returns>
    public long Encode(ReadOnlySpan<byte> utf8, List<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return Encode(new TextSource(utf8, isJson: false), tokens);
    }

    private long Encode(TextSource source, List<int>? tokens)
    {
        var size = Math.Min(Window, Math.Max(source.Remaining, 64) + TextSource.LongestCharacter);
        var bytes = ArrayPool<byte>.Shared.Rent(size);
        var characters = ArrayPool<char>.Shared.Rent(size);
        try
        {
            long count = 0;
            var held = 0;
            while (true)
            {
                held += source.Read(bytes.AsSpan(held, size - held));
                var length = SplitText.Write(bytes.AsSpan(0, held), characters);
                if (source.Remaining == 0)
                {
                    return count + EncodeWindow(bytes.AsSpan(0, held), characters.AsSpan(0, length), tokens, out _);
                }

                var cut = SplitText.LastCut(characters.AsSpan(0, length));
                if (cut == 0 && size < LargestWindow)
                {
                    size = Math.Min(size * 2, LargestWindow);
                    Enlarge(ref bytes, held, size);
                    Enlarge(ref characters, 0, size);
                    continue;
                }

                count += EncodeWindow(bytes.AsSpan(0, held), characters.AsSpan(0, cut == 0 ? length : cut), tokens, out var used);
                bytes.AsSpan(used..held).CopyTo(bytes);
                held -= used;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    private static void Enlarge<T>(ref T[] array, int held, int size)
    {
        var larger = ArrayPool<T>.Shared.Rent(size);
        array.AsSpan(0, held).CopyTo(larger);
        ArrayPool<T>.Shared.Return(array);
        array = larger;
    }

    /// <param name="bytes">Valid UTF-8: what the characters stand for, and perhaps more.</param>
    /// <param name="characters">What to cut into pieces.</param>
    /// <param name="tokens">Where the tokens go, or null.</param>
    /// <param name="used">Bytes of those characters.</param>
    private long EncodeWindow(ReadOnlySpan<byte> bytes, ReadOnlySpan<char> characters, List<int>? tokens, out int used)
    {
        long count = 0;
        used = 0;
        var isAscii = System.Text.Ascii.IsValid(bytes);
        foreach (var match in _pieces.EnumerateMatches(characters))
        {
            // The patterns leave nothing out, so each piece begins where the last one ended.
            var end = used + match.Length;
            if (!isAscii)
            {
                end = used;
                for (var i = 0; i < match.Length; i++)
                {
                    end += SplitText.BytesOf(bytes[end]);
                }
            }

            count += EncodePiece(bytes[used..end], tokens);
            used = end;
        }

        return count;
    }

    private int EncodePiece(ReadOnlySpan<byte> piece, List<int>? tokens)
    {
        var rank = _ranks.Find(piece);
        if (rank == TokenRanks.None)
        {
            return BytePairMerge.Merge(_ranks, piece, tokens);
        }

        tokens?.Add(rank);
        return 1;
    }
}
