using System.Security.Cryptography;
using System.Text;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Text;

public sealed class TokenRanksTests
{
    [Theory]
    [InlineData("cl100k_base", 100_256, "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7")]
    [InlineData("o200k_base", 199_998, "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d")]
    public void Embedded_ranks_are_those_of_the_published_file(string name, int count, string sha256)
    {
        var ranks = Encoders.Get(name).Ranks;
        var file = new StringBuilder();
        for (var rank = 0; rank < ranks.Count; rank++)
        {
            file.Append($"{Convert.ToBase64String(ranks.BytesOf(rank))} {rank}\n");
        }

        ranks.Count.ShouldBe(count);
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(file.ToString()))).ShouldBe(sha256);
    }

    [Theory]
    [InlineData("cl100k_base")]
    [InlineData("o200k_base")]
    public void Every_token_is_found_by_its_bytes_and_nothing_else_is(string name)
    {
        var ranks = Encoders.Get(name).Ranks;
        var known = new HashSet<string>();
        for (var rank = 0; rank < ranks.Count; rank++)
        {
            known.Add(Convert.ToHexString(ranks.BytesOf(rank)));
            if (ranks.Find(ranks.BytesOf(rank)) != rank)
            {
                Assert.Fail($"Token {rank} is not found.");
            }
        }

        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            // A token with one byte changed is the likeliest thing to be mistaken for one.
            var bytes = ranks.BytesOf(random.Next(ranks.Count)).ToArray();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            if ((ranks.Find(bytes) != TokenRanks.None) != known.Contains(Convert.ToHexString(bytes)))
            {
                Assert.Fail($"{Convert.ToHexString(bytes)} is taken for what it is not.");
            }
        }

        ranks.Find([]).ShouldBe(TokenRanks.None);
        ranks.Find(new byte[1000]).ShouldBe(TokenRanks.None);
    }

    [Fact]
    public void Missing_file_of_ranks_is_a_broken_build() =>
        Should.Throw<InvalidDataException>(() => TokenRanks.Load("p50k_base.br")).Message.ShouldContain("p50k_base.br");
}
