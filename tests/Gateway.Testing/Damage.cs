using System.Text;

namespace Gateway.Testing;

/// <summary>Damages bytes at random: one to three edits, each of which puts a byte in another's place, cuts, repeats, flips a bit, or puts a piece that is worth trying between others or in a text's place.</summary>
/// <param name="seed">The same seed damages the same bytes alike.</param>
/// <param name="pieces">What is spliced in.</param>
internal sealed class Damage(int seed, params IEnumerable<string> pieces)
{
    private const int MostEdits = 3;
    private const int LongestCut = 20;
    private const int LongestRepeat = 40;

    private readonly byte[][] _pieces = [.. pieces.Select(Encoding.UTF8.GetBytes)];

    /// <summary>For whatever else is decided by chance.</summary>
    public Random Random { get; } = new(seed);

    /// <returns>Never empty.</returns>
    public byte[] Of(ReadOnlySpan<byte> sound)
    {
        var bytes = new List<byte>(sound.Length + 64);
        bytes.AddRange(sound);
        for (var edits = Random.Next(1, MostEdits + 1); edits > 0; edits--)
        {
            Edit(bytes, Random.Next(bytes.Count));
            if (bytes.Count == 0)
            {
                bytes.Add((byte)'{');
            }
        }

        return [.. bytes];
    }

    private void Edit(List<byte> bytes, int at)
    {
        switch (Random.Next(6))
        {
            case 0:
                bytes[at] = (byte)Random.Next(256);
                break;
            case 1:
                bytes.RemoveRange(at, Math.Min(Random.Next(1, LongestCut), bytes.Count - at));
                break;
            case 2:
                bytes.InsertRange(at, _pieces[Random.Next(_pieces.Length)]);
                break;
            case 3:
                bytes.InsertRange(Random.Next(bytes.Count), bytes.GetRange(at, Math.Min(Random.Next(1, LongestRepeat), bytes.Count - at)));
                break;
            case 4:
                bytes[at] = (byte)(bytes[at] ^ (1 << Random.Next(8)));
                break;
            default:
                var quote = bytes.IndexOf((byte)'"', at);
                if (quote >= 0 && bytes.IndexOf((byte)'"', quote + 1) is > 0 and var end)
                {
                    bytes.RemoveRange(quote, end - quote + 1);
                    bytes.InsertRange(quote, _pieces[Random.Next(_pieces.Length)]);
                }

                break;
        }
    }
}
