using Gateway.Core.Streaming;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Streaming;

public sealed class AnswerCopyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void Pieces_of_any_size_are_kept_in_their_order_up_to_the_last_byte(int largest)
    {
        var random = new Random(largest);
        var whole = new byte[200_000];
        random.NextBytes(whole);
        using var copy = new AnswerCopy(whole.Length);

        for (var at = 0; at < whole.Length;)
        {
            var length = Math.Min(random.Next(largest + 1), whole.Length - at);
            copy.Append(whole.AsSpan(at, length));
            at += length;
        }

        copy.IsOverfull.ShouldBeFalse();
        copy.Span.SequenceEqual(whole).ShouldBeTrue();
    }

    [Fact]
    public void One_byte_too_many_leaves_nothing_and_stays_so()
    {
        using var copy = new AnswerCopy(10);
        copy.Append(new byte[10]);
        copy.IsOverfull.ShouldBeFalse();

        copy.Append([1]);
        copy.Append([]);
        copy.Append([1]);

        copy.IsOverfull.ShouldBeTrue();
        copy.Span.Length.ShouldBe(0);
    }

    [Fact]
    public void Copy_of_nothing_holds_an_empty_answer_alone()
    {
        using var copy = new AnswerCopy(0);
        copy.Append([]);
        copy.IsOverfull.ShouldBeFalse();

        copy.Append([1]);

        copy.IsOverfull.ShouldBeTrue();
    }
}
