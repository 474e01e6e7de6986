using System.Net;
using Gateway.Backends.Tests.Limits;
using Gateway.Backends.Tests.Storage;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

public sealed class RedisLimitEndpointTests(RedisFixture redis) : LimitEndpointSuite
{
    [Fact]
    public async Task Limits_of_a_redis_that_is_away_cannot_be_told()
    {
        RedisFixture.RequireInstalled();
        await using var server = await RedisServer.StartNewAsync(TestContext.Current.CancellationToken);
        await using var node = await AdminNode.StartAsync(Backend.Sqlite, redis: server.Endpoint);
        var issued = await node.PostAsync(
            $"/tenants/{await node.CreateTenantAsync()}/keys", """{"name":"ci","limits":{"requests_per_minute":5}}""", HttpStatusCode.Created);
        await LimitsAsync(node, issued);

        await server.KillAsync();

        (await node.GetAsync($"/limits?key={issued["id"]}", HttpStatusCode.ServiceUnavailable))["error"]!["code"]!.ToString().ShouldBe("rate_limiter_unavailable");
    }

    private protected override async Task<AdminNode> StartAsync()
    {
        await redis.ConnectionAsync();
        return await AdminNode.StartAsync(Backend.Sqlite, redis: redis.Endpoint);
    }
}
