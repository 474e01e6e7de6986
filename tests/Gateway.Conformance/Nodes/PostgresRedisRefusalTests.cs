using Xunit;

namespace Gateway.Conformance.Nodes;

public sealed class PostgresRedisRefusalTests(PostgresRedisNodes nodes) : RefusalSuite(nodes), IClassFixture<PostgresRedisNodes>;
