using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Admin;

public sealed class InMemoryLimitEndpointTests : LimitEndpointSuite
{
    private protected override Task<AdminNode> StartAsync() => AdminNode.StartAsync(Backend.Sqlite);
}
