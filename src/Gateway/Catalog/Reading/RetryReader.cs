using Gateway.Catalog.Document;
using Gateway.Core.Models;

namespace Gateway.Catalog.Reading;

/// <summary>Reads <c>retries</c>; what is absent keeps its default.</summary>
internal static class RetryReader
{
    private const int MostAttempts = 10;

    public static RetryPolicy Read(Place place, RetriesSection? section) => section is null ? RetryPolicy.Default : new RetryPolicy
    {
        Attempts = (int)(place["attempts"].Number(section.Attempts, 1, MostAttempts) ?? RetryPolicy.Default.Attempts),
        SameDeployment = (int)(place["same_deployment"].Number(section.SameDeployment, 0, MostAttempts - 1) ?? RetryPolicy.Default.SameDeployment),
        Backoff = place["backoff"].Duration(section.Backoff) ?? RetryPolicy.Default.Backoff,
    };
}
