using Gateway.Images;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Images;

public sealed class ImagesRegistrationTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("localhost:6379", true)]
    public async Task Probe_is_composed_with_a_shared_memory_only_where_there_is_redis(string? redis, bool shared)
    {
        await using var services = Build(("ConnectionStrings:Redis", redis));

        services.GetRequiredService<RemoteImageProbe>().ShouldBeSameAs(services.GetRequiredService<RemoteImageProbe>());
        (services.GetService<SharedImageCache>() is not null).ShouldBe(shared);
    }

    [Theory]
    [InlineData("MaxAtOnce", "0", "from 1 to 1024")]
    [InlineData("MaxAtOncePerTenant", "1025", "from 1 to 1024")]
    [InlineData("MaxWaiting", "-1", "from 0 to 100000")]
    [InlineData("MaxWaitingPerTenant", "-1", "from 0 to 100000")]
    [InlineData("MaxCached", "1000001", "from 0 to 1000000")]
    public async Task Setting_out_of_range_is_refused_with_key_value_and_fix(string key, string value, string fix)
    {
        await using var services = Build(($"Gateway:ImageFetch:{key}", value));

        var failure = Should.Throw<OptionsValidationException>(() => services.GetRequiredService<IOptions<ImageFetchOptions>>().Value);

        failure.Message.ShouldBe($"Gateway:ImageFetch:{key} is {value}. Set it to a number {fix}.");
    }

    private static ServiceProvider Build(params (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(static setting => KeyValuePair.Create(setting.Key, setting.Value)))
            .Build();
        return new ServiceCollection().AddLogging().AddImages(configuration).BuildServiceProvider();
    }
}
