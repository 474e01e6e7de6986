using Gateway.Ledger;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class LedgerSettingTests
{
    [Theory]
    [InlineData("Durability", "eventually", "Set it to 'committed' or 'buffered'")]
    [InlineData("Durability", "Committed", "Set it to 'committed' or 'buffered'")]
    [InlineData("Durability", "", "Set it to 'committed' or 'buffered'")]
    [InlineData("WhenDatabaseIsDown", "admit", "Set it to 'refuse' or 'spool'")]
    [InlineData("MaxSpoolBytes", "1048575", "Set it to bytes from 1048576")]
    [InlineData("MaxSpoolBytes", "1099511627777", "to 1099511627776")]
    [InlineData("MaxSpoolBytes", "1 GiB", "Correct it")]
    public async Task Setting_that_cannot_work_stops_the_start_and_says_how_to_mend_it(string key, string value, string fix)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new($"Gateway:Ledger:{key}", value)]);
        builder.Services.AddStorage(builder.Configuration).AddLedger();
        using var host = builder.Build();

        var refusal = await Record.ExceptionAsync(() => host.StartAsync(TestContext.Current.CancellationToken));

        StartFailure.TryDescribe(refusal.ShouldNotBeNull(), out var description).ShouldBeTrue(refusal.ToString());
        description!.ShouldContain($"Gateway:Ledger:{key}");
        description.ShouldContain($"'{value}'".Replace("'1048575'", "1048575", StringComparison.Ordinal).Replace("'1099511627777'", "1099511627777", StringComparison.Ordinal));
        description.ShouldContain(fix);
    }

    [Theory]
    [InlineData("committed", "refuse", 1L << 20)]
    [InlineData("buffered", "spool", 1L << 40)]
    public void Sound_setting_is_taken(string durability, string policy, long bytes) =>
        new LedgerOptionsValidator().Validate(null, new LedgerOptions { Durability = durability, WhenDatabaseIsDown = policy, MaxSpoolBytes = bytes }).Succeeded.ShouldBeTrue();

    [Fact]
    public async Task Data_directory_of_another_gateway_stops_the_start()
    {
        await using var app = await GatewayApp.StartAsync();
        var directory = Path.GetDirectoryName(app.DatabasePath)!;

        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new(StorageOptions.DataDirectoryKey, directory)]);
        builder.Services.AddStorage(builder.Configuration).AddLedger();
        using var host = builder.Build();

        var refusal = await Record.ExceptionAsync(() => host.StartAsync(TestContext.Current.CancellationToken));

        StartFailure.TryDescribe(refusal.ShouldNotBeNull(), out var description).ShouldBeTrue(refusal.ToString());
        description!.ShouldContain($"Gateway:DataDirectory = '{directory}': another gateway spools");
        description.ShouldContain("Give each process a data directory of its own");
    }
}
