using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gateway.Simulator.Behaviors;

/// <summary>
/// Behaviour as text: <c>name=value</c> or <c>name</c>, separated by semicolons. Durations carry a unit (<c>us ms s m</c>;
/// none = ms), sizes may end in <c>k</c> or <c>m</c>, a flag without a value is on.
/// </summary>
internal static class BehaviorDirectives
{
    private static readonly FrozenDictionary<string, Func<Behavior, string, Behavior?>> Table =
        new Dictionary<string, Func<Behavior, string, Behavior?>>(StringComparer.Ordinal)
        {
            ["status"] = (b, v) => Whole(v) is { } n and >= 200 and <= 599 ? b with { Status = n } : null,
            ["code"] = (b, v) => b with { Code = v },
            ["message"] = (b, v) => b with { Message = v },
            ["retry_after"] = (b, v) => b with { RetryAfter = v },
            ["retry_after_ms"] = (b, v) => b with { RetryAfterMs = v },
            ["html"] = (b, v) => Flag(v) is { } f ? b with { Html = f } : null,
            ["foreign_error"] = (b, v) => b with { ForeignError = v is "" ? "token_mismatched" : v },
            ["blocked"] = (b, v) => Flag(v) is { } f ? b with { Blocked = f } : null,
            ["hang"] = (b, v) => Flag(v) is { } f ? b with { Hang = f } : null,
            ["reset"] = (b, v) => Flag(v) is { } f ? b with { Reset = f } : null,
            ["first_byte"] = (b, v) => Duration(v) is { } d ? b with { FirstByte = d } : null,
            ["slow_headers"] = (b, v) => Duration(v) is { } d ? b with { FirstByte = d } : null,
            ["first_token"] = (b, v) => Duration(v) is { } d ? b with { FirstToken = d } : null,
            ["pace"] = (b, v) => Duration(v) is { } d ? b with { Pace = d } : null,
            ["text"] = (b, v) => b with { Text = v },
            ["tokens"] = (b, v) => Whole(v) is { } n ? b with { Tokens = n } : null,
            ["tool"] = (b, v) => Whole(v, 1) is { } n ? b with { ToolCalls = n } : null,
            ["refusal"] = (b, v) => b with { Refusal = v },
            ["reasoning"] = (b, v) => Whole(v, 6) is { } n ? b with { Thoughts = n } : null,
            ["dated"] = (b, v) => Flag(v) is { } f ? b with { DatedModel = f } : null,
            ["object"] = (b, v) => b with { ObjectName = v },
            ["finish_reason"] = (b, v) => b with { FinishReason = v },
            ["big_event"] = (b, v) => Size(v, 1024 * 1024) is { } n ? b with { BigEvent = n } : null,
            ["endless"] = (b, v) => Flag(v) is { } f ? b with { Endless = f } : null,
            ["usage"] = (b, v) => Report(v) is { } u ? b with { Usage = u } : null,
            ["no_usage"] = (b, v) => Flag(v) == true ? b with { Usage = UsageReport.Omitted } : null,
            ["zero_usage"] = (b, v) => Flag(v) == true ? b with { Usage = UsageReport.Zero } : null,
            ["usage_on_last"] = (b, v) => Flag(v) == true ? b with { Usage = UsageReport.OnLast } : null,
            ["prompt_tokens"] = (b, v) => Count(v) is { } n ? b with { PromptTokens = n } : null,
            ["completion_tokens"] = (b, v) => Count(v) is { } n ? b with { CompletionTokens = n } : null,
            ["cached_tokens"] = (b, v) => Count(v) is { } n ? b with { CachedTokens = n } : null,
            ["cache_write_tokens"] = (b, v) => Count(v) is { } n ? b with { CacheWriteTokens = n } : null,
            ["reasoning_tokens"] = (b, v) => Count(v) is { } n ? b with { ReasoningTokens = n } : null,
            ["image_tokens"] = (b, v) => Count(v) is { } n ? b with { ImageTokens = n } : null,
            ["cut"] = (b, v) => Whole(v, 3) is { } n ? b with { Cut = n } : null,
            ["cut_body"] = (b, v) => Flag(v) is { } f ? b with { CutBody = f } : null,
            ["hang_after"] = (b, v) => Whole(v, 3) is { } n ? b with { HangAfter = n } : null,
            ["stream_error"] = (b, v) => Whole(v, 3) is { } n ? b with { StreamError = n } : null,
            ["malformed"] = (b, v) => Whole(v, 1) is { } n ? b with { Malformed = n } : null,
            ["truncated"] = (b, v) => Flag(v) is { } f ? b with { Truncated = f } : null,
            ["no_done"] = (b, v) => Flag(v) is { } f ? b with { NoDone = f } : null,
            ["double_finish"] = (b, v) => Flag(v) is { } f ? b with { DoubleFinish = f } : null,
            ["empty_events"] = (b, v) => Flag(v) is { } f ? b with { EmptyEvents = f } : null,
            ["prompt_filter"] = (b, v) => Flag(v) is { } f ? b with { PromptFilter = f } : null,
            ["wrong_content_type"] = (b, v) => Flag(v) is { } f ? b with { WrongContentType = f } : null,
            ["ignore_stream"] = (b, v) => Flag(v) is { } f ? b with { IgnoreStream = f } : null,
            ["crlf"] = (b, v) => Flag(v) == true ? b with { LineEnding = LineEnding.CrLf } : null,
            ["lf"] = (b, v) => Flag(v) == true ? b with { LineEnding = LineEnding.Lf } : null,
            ["cr"] = (b, v) => Flag(v) == true ? b with { LineEnding = LineEnding.Cr } : null,
            ["split"] = (b, v) => Size(v, 1) is { } n and > 0 ? b with { Split = n } : null,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool TryParse(
        string directives, [NotNullWhen(true)] out Behavior? behavior, [NotNullWhen(false)] out string? complaint)
    {
        behavior = null;
        var parsed = Behavior.Normal;
        foreach (var directive in directives.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, value) = directive.IndexOf('=', StringComparison.Ordinal) is var at and >= 0
                ? (directive[..at].TrimEnd(), directive[(at + 1)..].TrimStart())
                : (directive, "");
            if (!Table.TryGetValue(name, out var apply))
            {
                complaint = $"Unknown directive '{name}'. Known: {string.Join(", ", Table.Keys.Order(StringComparer.Ordinal))}.";
                return false;
            }

            if (apply(parsed, value) is not { } next)
            {
                complaint = $"The directive '{name}' cannot have the value '{value}'.";
                return false;
            }

            parsed = next;
        }

        behavior = parsed;
        complaint = null;
        return true;
    }

    private static int? Whole(string value, int? whenEmpty = null) =>
        value is "" ? whenEmpty
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : null;

    /// <summary>A reported number, which may be beyond all reason: below zero, or larger than any answer.</summary>
    private static long? Count(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? Size(string value, int whenEmpty)
    {
        var factor = value is [.., 'k'] ? 1024 : value is [.., 'm'] ? 1024 * 1024 : 1;
        return Whole(factor == 1 ? value : value[..^1], whenEmpty) is { } number && (long)number * factor <= 1 << 30
            ? number * factor
            : null;
    }

    private static bool? Flag(string value) => value switch
    {
        "" or "true" or "1" => true,
        "false" or "0" => false,
        _ => null,
    };

    private static TimeSpan? Duration(string value)
    {
        var digits = value.AsSpan().TrimEnd("umsh");
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && TicksPerUnit(value.AsSpan(digits.Length)) is { } ticks
            && number <= TimeSpan.TicksPerDay / ticks
            ? TimeSpan.FromTicks((long)(number * ticks))
            : null;
    }

    private static long? TicksPerUnit(ReadOnlySpan<char> unit) => unit switch
    {
        "us" => TimeSpan.TicksPerMicrosecond,
        "ms" or "" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        _ => null,
    };

    private static UsageReport? Report(string value) => value switch
    {
        "normal" => UsageReport.Normal,
        "none" => UsageReport.Omitted,
        "null" => UsageReport.Null,
        "zero" => UsageReport.Zero,
        "last" => UsageReport.OnLast,
        "running" => UsageReport.Running,
        _ => null,
    };
}
