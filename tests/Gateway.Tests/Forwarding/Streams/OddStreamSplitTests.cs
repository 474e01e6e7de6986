using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding.Streams;

/// <summary>Whatever is odd about a stream, and wherever the network splits it: the client reads the same, and is billed the same.</summary>
public sealed class OddStreamSplitTests
{
    private const int ReadBytes = 16 * 1024;

    private static readonly string[] LineEnds = ["\n", "\r\n", "\r"];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var odd in OddStream.Every)
            {
                cases.Add(odd.Events.Dialect.Name, odd.Oddity);
            }

            return cases;
        }
    }

    public static TheoryData<string> Dialects => new(DialectEvents.Every.Select(events => events.Dialect.Name));

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Answer_and_bill_are_those_of_the_stream(string dialect, string oddity)
    {
        var odd = OddStream.Every.Single(each => each.Events.Dialect.Name == dialect && each.Oddity == oddity);
        var bytes = odd.Bytes("\n");

        var hidden = await RunAsync(odd.Events, bytes, bytes.Length, bytes.Length);
        var shown = await RunAsync(odd.Events, bytes, bytes.Length, bytes.Length, includeUsage: true);

        foreach (var answer in (RelayedAnswer[])[hidden, shown])
        {
            var said = odd.Text.Replace("\\n", "\n", StringComparison.Ordinal);
            (answer.Text, answer.FinishReason).ShouldBe((said, odd.FinishReason));
            (answer.BrokenBy, answer.Ended).ShouldBe((odd.BrokenBy, odd.BrokenBy is null));
            var (prompt, completion) = (odd.Billed.Prompt ?? RelayedAnswer.MeasuredPrompt, odd.Billed.Completion ?? RelayedAnswer.Encoder.Count(Encoding.UTF8.GetBytes(said)));
            (answer.Bill.Usage.PromptTokens, answer.Bill.Usage.CompletionTokens, answer.Bill.Source).ShouldBe((prompt, completion, odd.Source));
            answer.Bill.Charge.Amount.ShouldBe(new Money((prompt * 2500) + (completion * 10_000)));
            answer.Chunks.Where(chunk => chunk["prompt_filter_results"] is null || dialect != "azure").Select(chunk => (string?)chunk["model"]).Distinct().ShouldBe([RelayedAnswer.Model]);
            answer.Chunks.Count(chunk => chunk["prompt_filter_results"] is not null).ShouldBe(dialect == "azure" ? 1 : 0);
        }

        hidden.Output.ShouldNotContain("\"usage\"");
        var told = shown.Chunks.Select(chunk => chunk["usage"]).OfType<JsonObject>().ToList();
        told.Count.ShouldBe(odd.BrokenBy is null && odd.Source == UsageSource.Provider ? 1 : 0);
        told.ShouldAllBe(usage => (long)usage["prompt_tokens"]! == 90 && (long)usage["completion_tokens"]! == 50);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Split_changes_nothing(string dialect, string oddity)
    {
        var odd = OddStream.Every.Single(each => each.Events.Dialect.Name == dialect && each.Oddity == oddity);
        var whole = await RunAsync(odd.Events, odd.Bytes("\n"), int.MaxValue, int.MaxValue);
        var shown = await RunAsync(odd.Events, odd.Bytes("\n"), int.MaxValue, int.MaxValue, includeUsage: true);
        foreach (var lineEnd in LineEnds)
        {
            var bytes = odd.Bytes(lineEnd);
            foreach (var length in (int[])[1, 2, 3, 7])
            {
                (await RunAsync(odd.Events, bytes, length, length)).ShouldBe(whole, $"in pieces of {length}, lines ending by {Name(lineEnd)}");
                (await RunAsync(odd.Events, bytes, length, length, includeUsage: true)).ShouldBe(shown, $"in pieces of {length}, lines ending by {Name(lineEnd)}");
            }

            for (var at = 1; at < bytes.Length; at++)
            {
                var split = await RunAsync(odd.Events, bytes, at, bytes.Length);
                if (split != whole)
                {
                    split.ShouldBe(whole, $"split at {at}, lines ending by {Name(lineEnd)}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Event_of_megabytes_arrives_whole_wherever_it_is_split(string dialect)
    {
        // Two bytes each, so that every other split goes through a character.
        var text = new string('ü', 1 << 20);
        var events = DialectEvents.Of(dialect);
        var bytes = Encoding.UTF8.GetBytes(string.Concat(events.All).Replace(DialectEvents.FirstText, text, StringComparison.Ordinal));
        var whole = await RunAsync(events, bytes, bytes.Length, ReadBytes);

        whole.Text.ShouldBe(text + DialectEvents.Text[DialectEvents.FirstText.Length..].Replace("\\n", "\n", StringComparison.Ordinal));
        (whole.Bill.Usage.PromptTokens, whole.Bill.Usage.CompletionTokens, whole.BrokenBy).ShouldBe((90, 50, null));
        foreach (var length in (int[])[1, 4097, ReadBytes - 1])
        {
            (await RunAsync(events, bytes, length, length)).Equals(whole).ShouldBeTrue($"in pieces of {length}");
        }
    }

    private static Task<RelayedAnswer> RunAsync(DialectEvents events, byte[] bytes, int first, int each, bool includeUsage = false) =>
        RelayedAnswer.OfAsync(events.Dialect, new PieceStream(bytes, first, each), includeUsage, Timeout);

    private static string Name(string lineEnd) => lineEnd switch { "\n" => "LF", "\r" => "CR", _ => "CRLF" };
}
