namespace Gateway.Cli;

/// <summary>The settings of the working directory and the environment, as the gateway has them.</summary>
internal static class CliSettings
{
    /// <exception cref="InvalidDataException">A file of them cannot be read.</exception>
    public static IConfiguration Read()
    {
        var environment = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? Environments.Production;
        return new ConfigurationBuilder()
            .SetBasePath(Directory.GetCurrentDirectory())
            .AddJsonFile("appsettings.json", optional: true)
            .AddJsonFile($"appsettings.{environment}.json", optional: true)
            .AddEnvironmentVariables()
            .Build();
    }
}
