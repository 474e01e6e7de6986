using Gateway.Files;
using Gateway.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Files;

public sealed class FileSettingTests
{
    [Theory]
    [InlineData("MaxBytesPerTenant", "0", "1 byte or more")]
    [InlineData("MaxBytesPerTenant", "1 GiB", "Correct it")]
    [InlineData("MaxFilesPerTenant", "-1", "1 file or more")]
    [InlineData("ExpireAfter", "soon", "such as 12h or 30d")]
    public async Task Setting_that_cannot_work_stops_the_start_and_says_how_to_mend_it(string key, string value, string fix)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new($"Gateway:Files:{key}", value)]);
        builder.Services.AddStorage(builder.Configuration).AddFiles(builder.Configuration);
        using var host = builder.Build();

        var refusal = await Record.ExceptionAsync(() => host.StartAsync(TestContext.Current.CancellationToken));

        StartFailure.TryDescribe(refusal.ShouldNotBeNull(), out var description).ShouldBeTrue(refusal.ToString());
        description!.ShouldContain($"Gateway:Files:{key}");
        description.ShouldContain(value);
        description.ShouldContain(fix);
    }
}
