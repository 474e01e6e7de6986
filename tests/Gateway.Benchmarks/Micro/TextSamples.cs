using System.Text;

namespace Gateway.Benchmarks.Micro;

/// <summary>Text of many kinds, the same at each run.</summary>
internal static class TextSamples
{
    private static readonly string[] Words =
        """
        the of and to in a is that it was for on are with as his they be at one have this from or had by not but some what there we can out
        other were all your when up use word how said an each she which do their time if will way about many then them would write like so these
        her long make thing see him two has look more day could go come did my sound no most number who over know water than call first people
        may down side been now find any new work part take get place made live where after back little only round man year came show every good
        give our under name very through just form sentence great think say help low line differ turn cause much mean before move right boy old
        too same tell does set three want air well also play small end put home read hand port large spell add even land here must big high such
        follow act why ask men change went light kind off need house picture try us again animal point mother world near build self earth father
        accounting negotiation lighthouse philosopher extraordinary photographs demolition unnecessary bearings satellites restaurant engineering
        government economic development university international organisation committee particularly environment responsibility administration
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static readonly string[] Lines =
        [
            "        if (count < quantity && !shelf.IsEmpty)\n", "        {\n", "            return await store.RequestRefillAsync(shelf, cancellationToken);\n", "        }\n",
            "    for i, value in enumerate(values):\n", "        queue.append(value * 0.5)\n", "const timer = setTimeout(() => fn(...args), 250);\n",
            "    private readonly SemaphoreSlim _gate = new(1, 1);\n", "\n", "    /// <summary>Keeps the items.</summary>\n", "SELECT id, SUM(price) FROM lines WHERE status IN ('paid') GROUP BY id;\n",
        ];

    public static byte[] Make(string kind, int bytes)
    {
        var random = new Random(17);
        if (kind == "random bytes")
        {
            var noise = new byte[bytes];
            random.NextBytes(noise);
            return noise;
        }

        var text = new StringBuilder();
        while (text.Length < bytes)
        {
            _ = kind switch
            {
                "english" => text.Append(Words[random.Next(Words.Length)]).Append(random.Next(10) == 0 ? ", " : random.Next(12) == 0 ? ".\n" : " "),
                "code" => text.Append(Lines[random.Next(Lines.Length)]),
                "json" => text.Append($"{{\"id\":{random.Next()},\"{Words[random.Next(Words.Length)]}\":\"{Words[random.Next(Words.Length)]}\",\"price\":{random.Next(9999) / 100m}}},"),
                "chinese" => text.Append((char)(0x4E00 + (int)(6000 * random.NextDouble() * random.NextDouble()))).Append(random.Next(12) == 0 ? "，" : ""),
                "emoji" => text.Append(char.ConvertFromUtf32(0x1F300 + random.Next(0x300))).Append(random.Next(3) == 0 ? " " : ""),
                "one letter" => text.Append('x'),
                "random letters" => text.Append((char)('a' + random.Next(26))),
                "spaces" => text.Append(' '),
                _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such text."),
            };
        }

        var utf8 = Encoding.UTF8.GetBytes(text.ToString());
        return utf8[..bytes];
    }
}
