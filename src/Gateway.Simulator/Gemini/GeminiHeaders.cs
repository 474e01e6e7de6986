using System.Globalization;

namespace Gateway.Simulator.Gemini;

/// <summary>The headers that Google sends beside an answer.</summary>
internal static class GeminiHeaders
{
    public static void Write(IHeaderDictionary headers, TimeSpan elapsed)
    {
        headers["server"] = "scaffolding on HTTPServer2";
        headers["vary"] = "Origin, X-Origin, Referer";
        headers["x-gemini-service-tier"] = "standard";
        headers["server-timing"] = string.Create(CultureInfo.InvariantCulture, $"gfet4t7; dur={(long)elapsed.TotalMilliseconds}");
    }
}
