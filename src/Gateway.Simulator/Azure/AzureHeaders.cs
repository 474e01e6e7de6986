using Microsoft.Extensions.Primitives;

namespace Gateway.Simulator.Azure;

/// <summary>The headers that Azure sends beside an answer.</summary>
internal static class AzureHeaders
{
    private static readonly KeyValuePair<string, StringValues>[] Constant =
    [
        new("x-ms-region", "Simulated Region"),
        new("x-ratelimit-limit-requests", "1000"),
        new("x-ratelimit-limit-tokens", "100000"),
        new("x-ratelimit-remaining-requests", "999"),
        new("x-ratelimit-remaining-tokens", "99000"),
        new("azureml-model-session", "simulated-session"),
    ];

    public static void Write(IHeaderDictionary headers, long number, string deployment)
    {
        foreach (var (name, value) in Constant)
        {
            headers[name] = value;
        }

        // The name is the caller's, and only some characters may stand in a header.
        headers["x-ms-deployment-name"] = Uri.EscapeDataString(deployment);
        headers["apim-request-id"] = $"sim{number:x16}";
        headers["x-request-id"] = $"sim{number:x16}";
    }
}
