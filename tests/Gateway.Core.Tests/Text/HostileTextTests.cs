using System.Text;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Text;

/// <summary>Text made to be slow, to be large, or to be wrong. A way that is quadratic takes many minutes over so much of it.</summary>
public sealed class HostileTextTests
{
    // More than the largest window.
    private const int Length = 300_000;

    public static TheoryData<string, string> Texts()
    {
        var data = new TheoryData<string, string>();
        foreach (var encoding in (string[])["cl100k_base", "o200k_base"])
        {
            foreach (var kind in Kinds.Keys)
            {
                data.Add(encoding, kind);
            }
        }

        return data;
    }

    private static Dictionary<string, Func<string>> Kinds { get; } = new()
    {
        ["one small letter"] = () => new string('x', Length),
        ["one capital"] = () => new string('X', Length),
        ["spaces"] = () => new string(' ', Length),
        ["spaces and a letter"] = () => new string(' ', Length) + "x",
        ["line breaks"] = () => new string('\n', Length),
        ["a line break and spaces"] = () => "\n" + new string(' ', Length),
        ["slashes"] = () => new string('/', Length),
        ["apostrophes"] = () => new string('\'', Length),
        ["contractions"] = () => Repeat("a'll'S"),
        ["digits"] = () => new string('7', Length),
        ["random letters"] = () => Random(random => (char)('a' + random.Next(26))),
        ["random capitals and small letters"] = () => Random(random => (char)((random.Next(2) == 0 ? 'a' : 'A') + random.Next(26))),
        ["random ideographs"] = () => Random(random => (char)(0x4E00 + random.Next(20_000))),
        ["combining marks"] = () => "a" + Repeat("\u0301\u0302"),
        ["capitals between marks"] = () => Repeat("A\u0301AA"),
        ["emoji"] = () => Repeat("\U0001F600\U0001F468\u200D\U0001F469"),
        ["code points outside of the basic plane"] = () => Repeat("\U00020BB7\U0001D4D7"),
        ["spaces and line breaks"] = () => Random(random => " \n\r\t"[random.Next(4)]),
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Hostile_text_is_counted_and_decodes_again(string encoding, string kind)
    {
        var encoder = Encoders.Get(encoding);
        var utf8 = Encoding.UTF8.GetBytes(Kinds[kind]());

        var tokens = Encoders.Tokens(encoder, utf8);

        Encoders.Decode(encoder, tokens).AsSpan().SequenceEqual(utf8).ShouldBeTrue();
    }

    [Fact]
    public void Megabyte_of_one_letter_does_not_blow_up()
    {
        var encoder = Encoders.Get("o200k_base");

        // Eight of them are the longest token of this letter alone.
        encoder.Count(Encoding.ASCII.GetBytes(new string('x', 1 << 20))).ShouldBeInRange(1 << 15, 1 << 18);
    }

    [Theory]
    [InlineData("cl100k_base")]
    [InlineData("o200k_base")]
    public void Random_bytes_decode_to_what_a_decoder_of_utf8_makes_of_them(string name)
    {
        var encoder = Encoders.Get(name);
        var bytes = new byte[Length];
        new Random(3).NextBytes(bytes);

        var tokens = Encoders.Tokens(encoder, bytes);

        Encoders.Decode(encoder, tokens).AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes))).ShouldBeTrue();
        encoder.CountJson(bytes).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("cl100k_base")]
    [InlineData("o200k_base")]
    public void Windows_change_nothing(string name)
    {
        var encoder = Encoders.Get(name);
        var random = new Random(4);
        var samples = Sample.AllEncoded();
        var text = new StringBuilder();
        while (text.Length < 400_000)
        {
            text.Append(samples[random.Next(samples.Length)].Text).Append(random.Next(4) == 0 ? " " : "");
        }

        var utf8 = Encoding.UTF8.GetBytes(text.ToString());

        Encoders.Tokens(encoder, utf8).ShouldBe(WithoutWindows(encoder, utf8));
    }

    [Theory]
    [InlineData("cl100k_base")]
    [InlineData("o200k_base")]
    public void Run_that_fills_the_largest_window_is_merged_whole(string name)
    {
        var encoder = Encoders.Get(name);
        var utf8 = Letters(new Random(5), (1 << 18) - 100, 26);

        Encoders.Tokens(encoder, utf8).ShouldBe(WithoutWindows(encoder, utf8));
    }

    [Theory]
    [InlineData("cl100k_base")]
    [InlineData("o200k_base")]
    public void Merging_finds_what_looking_at_every_pair_does(string name)
    {
        var ranks = Encoders.Get(name).Ranks;
        var random = new Random(6);
        int[] lengths = [2, 3, 31, 32, 33, 95, 96, 97, .. Enumerable.Range(0, 100).Select(_ => random.Next(2, 300)), 1023, 1024, 1025];
        foreach (var length in lengths)
        {
            var piece = Letters(random, length, random.Next(1, 26));
            var tokens = new List<int>();

            BytePairMerge.Merge(ranks, piece, tokens).ShouldBe(tokens.Count);
            tokens.ToArray().ShouldBe(MergeNaively(ranks, piece));
        }
    }

    [Theory]
    [InlineData(32_767)]
    [InlineData(32_768)]
    [InlineData(32_769)]
    [InlineData(1 << 18)]
    public void Merging_of_long_pieces_finds_what_a_queue_of_pairs_does(int length)
    {
        var ranks = Encoders.Get("o200k_base").Ranks;
        var piece = Letters(new Random(10), length, 26);
        var tokens = new List<int>();

        BytePairMerge.Merge(ranks, piece, tokens).ShouldBe(tokens.Count);
        tokens.ToArray().AsSpan().SequenceEqual(MergeByQueue(ranks, piece)).ShouldBeTrue();
    }

    [Fact]
    public void Escapes_are_undone_across_windows()
    {
        var encoder = Encoders.Get("o200k_base");
        var text = string.Concat(Enumerable.Range(0, 30_000).Select(i => $"Zeile {i}: \"größer\" 日本 \U0001F600\n"));
        var escaped = string.Concat(text.Select(unit => unit is < ' ' or > '~' or '"' ? $"\\u{(int)unit:x4}" : unit.ToString()));

        encoder.CountJson(Encoding.ASCII.GetBytes(escaped)).ShouldBe(encoder.Count(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Counting_leaves_no_garbage()
    {
        var encoder = Encoders.Get("o200k_base");
        var utf8 = Encoding.UTF8.GetBytes(Repeat("Words of a sentence, 123 of them; Überlänge, 日本語.\n"));
        var json = Encoding.UTF8.GetBytes(Repeat("Words\\n\\u00e9 "));
        encoder.Count(utf8);
        encoder.CountJson(json);

        var before = GC.GetAllocatedBytesForCurrentThread();
        encoder.Count(utf8);
        encoder.CountJson(json);

        // The regex's scratch object, where another thread holds the cached one.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100_000);
    }

    private static int[] WithoutWindows(BytePairEncoder encoder, byte[] utf8)
    {
        var characters = new char[utf8.Length];
        var length = SplitText.Write(utf8, characters);
        var tokens = new List<int>();
        var at = 0;
        var pattern = encoder.Name == "cl100k_base" ? SplitPatterns.Cl100K() : SplitPatterns.O200K();
        foreach (var match in pattern.EnumerateMatches(characters.AsSpan(0, length)))
        {
            var start = at;
            for (var i = 0; i < match.Length; i++)
            {
                at += SplitText.BytesOf(utf8[at]);
            }

            var rank = encoder.Ranks.Find(utf8.AsSpan(start..at));
            if (rank == TokenRanks.None)
            {
                BytePairMerge.Merge(encoder.Ranks, utf8.AsSpan(start..at), tokens);
            }
            else
            {
                tokens.Add(rank);
            }
        }

        return [.. tokens];
    }

    private static int[] MergeNaively(TokenRanks ranks, byte[] piece)
    {
        var parts = piece.Select(letter => new[] { letter }).ToList();
        while (true)
        {
            var lowest = Enumerable.Range(0, parts.Count - 1)
                .Select(i => (Rank: ranks.Find([.. parts[i], .. parts[i + 1]]), At: i))
                .DefaultIfEmpty((Rank: TokenRanks.None, At: 0))
                .Min();
            if (lowest.Rank == TokenRanks.None)
            {
                return [.. parts.Select(part => ranks.Find(part))];
            }

            parts[lowest.At] = [.. parts[lowest.At], .. parts[lowest.At + 1]];
            parts.RemoveAt(lowest.At + 1);
        }
    }

    private static int[] MergeByQueue(TokenRanks ranks, byte[] piece)
    {
        var next = Enumerable.Range(1, piece.Length).ToArray();
        var previous = Enumerable.Range(-1, piece.Length + 1).ToArray();
        var current = new int[piece.Length];
        var queue = new PriorityQueue<int, (int Rank, int At)>();
        for (var i = 0; i < piece.Length; i++)
        {
            Look(i);
        }

        while (queue.TryDequeue(out var at, out var priority))
        {
            if (current[at] == priority.Rank)
            {
                current[next[at]] = TokenRanks.None;
                next[at] = next[next[at]];
                previous[next[at]] = at;
                Look(at);
                Look(previous[at]);
            }
        }

        var tokens = new List<int>();
        for (var i = 0; i < piece.Length; i = next[i])
        {
            tokens.Add(ranks.Find(piece.AsSpan(i..next[i])));
        }

        return [.. tokens];

        void Look(int at)
        {
            if (at < 0)
            {
                return;
            }

            current[at] = next[at] < piece.Length ? ranks.Find(piece.AsSpan(at..next[next[at]])) : TokenRanks.None;
            if (current[at] != TokenRanks.None)
            {
                queue.Enqueue(at, (current[at], at));
            }
        }
    }

    private static byte[] Letters(Random random, int length, int different)
    {
        var letters = new byte[length];
        foreach (ref var letter in letters.AsSpan())
        {
            letter = (byte)('a' + random.Next(different));
        }

        return letters;
    }

    private static string Repeat(string text) => new StringBuilder().Insert(0, text, Length / Encoding.UTF8.GetByteCount(text)).ToString();

    private static string Random(Func<Random, char> next)
    {
        var random = new Random(2);
        return string.Create(Length / 2, random, (characters, state) =>
        {
            for (var i = 0; i < characters.Length; i++)
            {
                characters[i] = next(state);
            }
        });
    }
}
