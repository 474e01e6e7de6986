using System.Text;
using Gateway.Keys;
using Shouldly;
using Xunit;


namespace Gateway.Backends.Tests.Keys;

public sealed class ApiKeyTests
{
    [Fact]
    public void Key_has_its_prefix_43_digits_and_a_checksum()
    {
        for (var i = 0; i < 500; i++)
        {
            var key = ApiKey.Generate();

            key.ShouldMatch("^sk-gw-[0-9A-Za-z]{49}$");
            var ascii = new byte[ApiKey.Length];
            ApiKey.TryRead(key, ascii).ShouldBeTrue();
            ApiKey.HasRightChecksum(ascii).ShouldBeTrue();
        }
    }

    [Fact]
    public void Checksum_is_the_crc_of_zip() => Crc32.Of("123456789"u8).ShouldBe(0xCBF43926);

    [Theory]
    [InlineData("")]
    [InlineData("sk-gw-")]
    [InlineData("sk-proj-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("sk-gw-ééééééééééééééééééééééééééééééééééééééééééééééééé")]
    [InlineData("sk-gw-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Other_text_is_no_key(string text) => ApiKey.TryRead(text, new byte[ApiKey.Length]).ShouldBeFalse();

    [Fact]
    public void Masked_key_shows_its_ends_alone()
    {
        var key = ApiKey.Generate();

        ApiKey.Mask(key).ShouldBe($"sk-gw-********{key[^4..]}");
        ApiKey.Mask("hunter2").ShouldBe("***");
        ApiKey.Mask(new string('\n', 30)).ShouldBe("??????********????");
    }

    [Fact]
    public void Hash_is_sha256_and_compares_with_what_is_stored()
    {
        var ascii = Encoding.ASCII.GetBytes(ApiKey.Generate());
        var hash = KeyHash.Of(ascii);
        var stored = System.Security.Cryptography.SHA256.HashData(ascii);

        hash.ToBytes().ShouldBe(stored);
        hash.Matches(stored).ShouldBeTrue();
        stored[31] ^= 1;
        hash.Matches(stored).ShouldBeFalse();
        hash.Equals(KeyHash.Of(ascii)).ShouldBeTrue();
        hash.Equals(KeyHash.Of("other"u8)).ShouldBeFalse();
    }

    [Fact]
    public void Oldest_unknown_key_is_forgotten_first()
    {
        var unknown = new UnknownKeys(2);
        var (a, b, c) = (KeyHash.Of("a"u8), KeyHash.Of("b"u8), KeyHash.Of("c"u8));
        foreach (var hash in (KeyHash[])[a, b, a, c])
        {
            unknown.Add(hash);
        }

        unknown.Contains(a).ShouldBeFalse();
        unknown.Contains(b).ShouldBeTrue();
        unknown.Contains(c).ShouldBeTrue();
    }
}
