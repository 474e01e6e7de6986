using System.Text;
using Gateway.Core.Streaming;

namespace Gateway.Tests.Forwarding.Streams;

/// <summary>A stream as a provider may send it, and what must come of it however its bytes are split.</summary>
/// <param name="Events">The dialect.</param>
/// <param name="Oddity">What is odd about it.</param>
/// <param name="Wire">All of it; lines end by LF.</param>
internal sealed record OddStream(DialectEvents Events, string Oddity, string Wire)
{
    private static readonly string[] Frames = ["\n\n", ": keep-alive\n\n", "data:\n\n", "event: ping\n\n", "id: 7\nretry: 1000\n\n"];

    public string Text { get; init; } = DialectEvents.Text;

    /// <summary>Tokens that are billed, or null where the text is to be counted.</summary>
    public (long? Prompt, long? Completion) Billed { get; init; } = (90, 50);

    public UsageSource Source { get; init; }

    /// <summary>The error's code where the answer is none that is whole.</summary>
    public string? BrokenBy { get; init; }

    public string? FinishReason { get; init; } = "stop";

    public static IEnumerable<OddStream> Every => DialectEvents.Every.SelectMany(Of);

    public byte[] Bytes(string lineEnd) => Encoding.UTF8.GetBytes(lineEnd == "\n" ? Wire : Wire.Replace("\n", lineEnd, StringComparison.Ordinal));

    private static IEnumerable<OddStream> Of(DialectEvents events)
    {
        var all = string.Concat(events.All);
        yield return new(events, "nothing odd", all);
        yield return new(events, "byte order mark", "\uFEFF" + all);
        yield return new(events, "finish sent twice", string.Concat([.. events.Begin, .. events.Middle, events.Finish, events.Finish, .. events.Last, events.Terminal]));
        yield return new(events, "frames without data", string.Concat(events.All.Select((text, at) => Frames[at % Frames.Length] + text)));
        yield return new(events, "data in several lines", all.Replace(",\"", ",\ndata: \"", StringComparison.Ordinal));
        yield return new(events, "no blank line at the end", all.TrimEnd('\n'));
        yield return new(events, "null for details", Replace(all, events.WithNulls));
        yield return new(events, "calls", string.Concat([.. events.Begin, .. events.Calls, events.Finish, .. events.Last, events.Terminal]))
        {
            Text = DialectEvents.FirstText + "[0 call_1 look {\"at\":\"世界\"}][1 call_2 count {\"n\":2}]",
            FinishReason = events == DialectEvents.Gemini ? "tool_calls" : "stop",
        };
        yield return new(events, "no usage", Replace(all, events.WithoutUsage)) { Billed = (null, null), Source = UsageSource.Counted };
        yield return new(events, "error in the middle", string.Concat([.. events.Begin, events.Error, .. events.Middle, events.Finish, .. events.Last, events.Terminal]))
        {
            Text = DialectEvents.FirstText,
            Billed = (events.EarlyPrompt, null),
            Source = UsageSource.Counted,
            BrokenBy = "provider_error",
            FinishReason = null,
        };
        yield return new(events, "no reason for the finish", Replace(all, events.WithoutReason))
        {
            FinishReason = null,

            // The one dialect in which nothing else tells the end of an answer from a connection that was cut.
            BrokenBy = events == DialectEvents.Gemini ? "provider_unreachable" : null,
        };
        if (events.Terminal.Length > 0)
        {
            yield return new(events, "no terminal event", all[..^events.Terminal.Length]);
        }
    }

    private static string Replace(string text, (string From, string To)[] pairs) =>
        pairs.Aggregate(text, (changed, pair) => changed.Replace(pair.From, pair.To, StringComparison.Ordinal));
}
