using Gateway.Catalog.Reading;
using Gateway.Testing;
using Gateway.Tests.Configuration;
using Shouldly;

namespace Gateway.Tests.Deploy;

/// <summary>What every deployment must keep to, however it is written down.</summary>
internal static class DeployedSettings
{
    /// <summary>The user "app" of the base images.</summary>
    public const string User = "1654";

    /// <summary>What the gateway may need beyond delay and grace: settling, the server's end, rows that were expected, rows that wait.</summary>
    public const int SecondsBeyondGrace = 40;

    private static readonly string[] OfTheRuntime = ["ASPNETCORE_URLS", "ASPNETCORE_ENVIRONMENT", "DOTNET_EnableDiagnostics", "OTEL_EXPORTER_OTLP_ENDPOINT"];

    private static readonly Lazy<string> ShippedCatalog = new(() => File.ReadAllText(Path.Combine(Repository.Root, "src", "Gateway", "catalog.json")));

    /// <summary>An environment variable is a setting, one of the runtime's, or one that the shipped catalog reads.</summary>
    public static void ShouldBeKnown(IEnumerable<string> variables) => variables.Where(static name =>
        !OfTheRuntime.Contains(name) && !KnownSettings.All.Contains(name.Replace("__", ":", StringComparison.Ordinal)) && !ShippedCatalog.Value.Contains($"${{{name}}}", StringComparison.Ordinal)).ShouldBeEmpty();

    public static void ShouldBeCatalog(string text)
    {
        var reading = CatalogReader.Read(System.Text.Encoding.UTF8.GetBytes(text), static _ => "a-key", null);
        reading.Problems.ShouldBeEmpty();
        reading.Snapshot.ShouldNotBeNull();
    }

    /// <summary>Whole seconds, as <c>100s</c> or <c>100</c>.</summary>
    public static int Seconds(string text) => int.Parse(text.TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture);
}
