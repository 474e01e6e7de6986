using System.Text;
using Gateway.Core.Metering;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Metering;

public sealed class InputCounterTests
{
    [Theory]
    [InlineData("""{"input":"hello world"}""", 2, true)]
    [InlineData("""{"model":"hello world","input":["hello world","","antidisestablishmentarianism"],"user":"hello"}""", 9, true)]
    [InlineData("""{"input":[15339,1917]}""", 2, true)]
    [InlineData("""{"input":[[1,2],[3]],"x":[1,2,3,4]}""", 3, true)]
    [InlineData("""{"input":null}""", 1, true)]
    [InlineData("""{"input":[{"type":"text","text":"hello world"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},{"text":"hello world","type":"text"}]}""", 4, true)]
    [InlineData("""{"inp\u0075t":"hello world"}""", 2, true)]
    [InlineData("""{"input":["hello world","half""", 2, false)]
    [InlineData("""{"input":"hello world" """, 2, false)]
    [InlineData("", 0, false)]
    public void Texts_and_tokens_count_and_nothing_else(string body, long tokens, bool isExact)
    {
        BytePairEncoder.TryGet("cl100k_base", out var encoder).ShouldBeTrue();

        InputCounter.Count(Encoding.UTF8.GetBytes(body), "input"u8, encoder).ShouldBe(new PromptCount(tokens, isExact));
    }
}
