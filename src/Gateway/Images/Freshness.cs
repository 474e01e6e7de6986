using System.Net.Http.Headers;

namespace Gateway.Images;

/// <summary>How long an answer may be remembered (RFC 9111), by a cache that is shared.</summary>
internal static class Freshness
{
    /// <summary>Where the origin says nothing.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromMinutes(5);

    /// <summary>However long the origin says.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>What could not be learned is tried again after this.</summary>
    public static readonly TimeSpan OfFailure = TimeSpan.FromSeconds(15);

    /// <summary>The answer's lifetime, up to <see cref="Longest"/>; zero where it must not be kept: <c>no-store</c>, <c>no-cache</c>, <c>private</c>, or stale already.</summary>
    public static TimeSpan Of(HttpResponseHeaders headers)
    {
        // Read as text, for one directive that is not understood must not hide the others.
        var own = default(long?);
        var shared = default(long?);
        if (headers.NonValidated.TryGetValues("Cache-Control", out var lines))
        {
            foreach (var line in lines)
            {
                foreach (var part in line.Split(','))
                {
                    var directive = part.AsSpan().Trim();
                    var equals = directive.IndexOf('=');
                    var name = equals < 0 ? directive : directive[..equals].TrimEnd();
                    if (Is(name, "no-store") || Is(name, "no-cache") || Is(name, "private"))
                    {
                        return TimeSpan.Zero;
                    }

                    var value = equals < 0 ? [] : directive[(equals + 1)..].Trim().Trim('"');
                    own = Is(name, "max-age") ? Seconds(value) : own;
                    shared = Is(name, "s-maxage") ? Seconds(value) : shared;
                }
            }
        }

        if ((shared ?? own) is not { } lifetime)
        {
            return Usual;
        }

        var age = headers.NonValidated.TryGetValues("Age", out var ages) ? Seconds(ages.ToString()) : 0;
        return TimeSpan.FromSeconds(Math.Clamp(lifetime - age, 0, (long)Longest.TotalSeconds));
    }

    private static bool Is(ReadOnlySpan<char> name, string directive) => name.Equals(directive, StringComparison.OrdinalIgnoreCase);

    // RFC 9111, section 4.2.1: what is not a number counts as stale.
    private static long Seconds(ReadOnlySpan<char> text) =>
        text.ContainsAnyExceptInRange('0', '9') || text.IsEmpty ? 0 : long.TryParse(text, out var seconds) ? Math.Min(seconds, int.MaxValue) : int.MaxValue;
}
