namespace Gateway.Core.Tests.Requests.Texts;

/// <summary>A body with a few random edits, never an empty one.</summary>
internal static class Mutation
{
    public static byte[] Of(byte[] seed, Random random)
    {
        var body = seed.ToList();
        for (var edits = random.Next(1, 3); edits > 0 && body.Count > 0; edits--)
        {
            var at = random.Next(body.Count);
            switch (random.Next(4))
            {
                case 0:
                    body[at] = (byte)random.Next(256);
                    break;
                case 1:
                    body.RemoveRange(at, Math.Min(random.Next(1, 12), body.Count - at));
                    break;
                case 2:
                    body.InsertRange(at, body.GetRange(at, Math.Min(random.Next(1, 30), body.Count - at)));
                    break;
                default:
                    body[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return [.. body.DefaultIfEmpty((byte)'{')];
    }
}
