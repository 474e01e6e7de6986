using System.Text;
using Gateway.Forwarding;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding;

public sealed class Base64StreamTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(49_151)]
    [InlineData(49_152)]
    [InlineData(49_153)]
    [InlineData(300_000)]
    public async Task Text_is_the_base64_of_all_bytes_and_as_long_as_announced(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        await using var stream = new Base64Stream(new Trickle(bytes));
        using var text = new MemoryStream();

        await stream.CopyToAsync(text, 1000, TestContext.Current.CancellationToken);

        Encoding.ASCII.GetString(text.ToArray()).ShouldBe(Convert.ToBase64String(bytes));
        Base64Stream.LengthOf(length).ShouldBe(text.Length);
    }

    /// <summary>Gives a little at a time, as disks and databases may.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1001)], cancellationToken);
    }
}
