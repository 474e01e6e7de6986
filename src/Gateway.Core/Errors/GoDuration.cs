using System.Text;

namespace Gateway.Core.Errors;

/// <summary>
/// Durations as Go prints them, which is the form of OpenAI's <c>x-ratelimit-reset-*</c> headers and of "Please try again in":
/// <c>120ms</c>, <c>1s</c>, <c>6m0s</c>, <c>1m26.4s</c>, <c>1h23m31s</c>. Resolution is a millisecond, rounded up; zero is <c>0s</c>.
/// </summary>
public static class GoDuration
{
    public static string Format(TimeSpan duration) => FormatMilliseconds(
        duration <= TimeSpan.Zero ? 0 : (duration.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond);

    public static string FormatMilliseconds(long totalMs)
    {
        if (totalMs <= 0)
        {
            return "0s";
        }

        if (totalMs < 1000)
        {
            return $"{totalMs}ms";
        }

        var text = new StringBuilder(16);
        var hours = totalMs / 3_600_000;
        var minutes = totalMs / 60_000 % 60;
        if (hours > 0)
        {
            text.Append(hours).Append('h');
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(minutes).Append('m');
        }

        text.Append(totalMs / 1000 % 60);
        var fraction = totalMs % 1000;
        if (fraction > 0)
        {
            text.Append('.').Append(fraction.ToString("000").TrimEnd('0'));
        }

        return text.Append('s').ToString();
    }
}
