using Gateway.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Storage;

public sealed class StorageStartTests
{
    [Fact]
    public async Task Unreachable_postgres_stops_the_start_and_says_how_to_mend_it()
    {
        var refusal = await Should.ThrowAsync<StorageUnavailableException>(
            () => StartAsync(StorageOptions.PostgresKey, "Host=127.0.0.1;Port=1;Username=gateway;Password=hunter2;Database=bills"));

        refusal.Message.ShouldContain(StorageOptions.PostgresKey);
        refusal.Message.ShouldContain("Host=127.0.0.1;Port=1;Database=bills;Username=gateway;Password=***");
        refusal.Message.ShouldContain("Start that server");
        refusal.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Missing_postgres_database_stops_the_start()
    {
        var server = await SharedPostgres.StartAsync();
        var refusal = await Should.ThrowAsync<StorageUnavailableException>(
            () => StartAsync(StorageOptions.PostgresKey, server.ConnectionString + ";Database=no_such_database"));

        refusal.Message.ShouldContain("no_such_database");
    }

    [Theory]
    [InlineData("Hots=db;Password=hunter2")]
    [InlineData("Username=gateway;Password=hunter2")]
    public async Task Wrong_connection_string_stops_the_start_without_showing_its_password(string text)
    {
        var refusal = await Should.ThrowAsync<OptionsValidationException>(() => StartAsync(StorageOptions.PostgresKey, text));

        refusal.Message.ShouldContain(StorageOptions.PostgresKey);
        refusal.Message.ShouldContain("Host=");
        refusal.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Data_directory_that_cannot_be_made_stops_the_start()
    {
        var file = Path.GetTempFileName();
        try
        {
            var refusal = await Should.ThrowAsync<StorageUnavailableException>(() => StartAsync(StorageOptions.DataDirectoryKey, Path.Combine(file, "data")));
            refusal.Message.ShouldContain(StorageOptions.DataDirectoryKey);
            refusal.Message.ShouldContain("may write");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task File_that_is_no_database_stops_the_start()
    {
        var directory = Directory.CreateTempSubdirectory("gateway-sqlite-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "gateway.db"), string.Join('\n', Enumerable.Repeat("not a database", 100)));
            var refusal = await Should.ThrowAsync<StorageUnavailableException>(() => StartAsync(StorageOptions.DataDirectoryKey, directory));
            refusal.Message.ShouldContain("gateway.db");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task StartAsync(string key, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new(key, value)]);
        builder.Services.AddLogging();
        builder.Services.AddStorage(builder.Configuration);
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }
}
