using System.Text;
using Gateway.Core.Streaming;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Streaming;

public sealed class UsageJudgeTests
{
    [Theory]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":6}""", UsageProblem.None)]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":0}""", UsageProblem.None)]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":1200}""", UsageProblem.None)]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":1201}""", UsageProblem.TooLong)]
    [InlineData("""{"prompt_tokens":0,"completion_tokens":6}""", UsageProblem.NoPrompt)]
    [InlineData("""{"completion_tokens":6}""", UsageProblem.NoPrompt)]
    [InlineData("""{"prompt_tokens":-1,"completion_tokens":6}""", UsageProblem.OutOfRange)]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":-6}""", UsageProblem.OutOfRange)]
    [InlineData("""{"prompt_tokens":1000000001,"completion_tokens":6}""", UsageProblem.OutOfRange)]
    [InlineData("""{"prompt_tokens":9223372036854775808,"completion_tokens":6}""", UsageProblem.OutOfRange)]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":1e400}""", UsageProblem.OutOfRange)]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":6.5}""", UsageProblem.OutOfRange)]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":"6"}""", UsageProblem.OutOfRange)]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":6,"completion_tokens_details":{"reasoning_tokens":-1}}""", UsageProblem.OutOfRange)]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":6,"prompt_tokens_details":{"cached_tokens":99}}""", UsageProblem.None)]
    public void Absurd_usage_is_refused_and_says_why(string usage, UsageProblem problem)
    {
        ChatAnswerReader.TryRead(Encoding.UTF8.GetBytes($$"""{"usage":{{usage}},"choices":[]}"""), out var answer).ShouldBeTrue();

        UsageJudge.Judge(answer.Usage.ShouldNotBeNull(), UsageJudge.MostCompletion(50, 2)).ShouldBe(problem);
    }

    [Theory]
    [InlineData("9223372036854775808", long.MaxValue)]
    [InlineData("-1e30", long.MinValue)]
    [InlineData("1.5", UsageReader.NoNumber)]
    [InlineData("-7", -7)]
    public void Numbers_stay_to_be_told_of(string number, long read)
    {
        ChatAnswerReader.TryRead(Encoding.UTF8.GetBytes($$$"""{"usage":{"completion_tokens":{{{number}}}}}"""), out var answer).ShouldBeTrue();

        answer.Usage.ShouldNotBeNull().CompletionTokens.ShouldBe(read);
    }

    [Theory]
    [InlineData(null, 3, UsageJudge.Most)]
    [InlineData(0L, 1, 1_000)]
    [InlineData(100L, 3, 1_600)]
    [InlineData(long.MaxValue, int.MaxValue, UsageJudge.Most)]
    public void Most_is_twice_what_was_allowed_and_a_thousand(long? allowed, int n, long most) =>
        UsageJudge.MostCompletion(allowed, n).ShouldBe(most);
}
