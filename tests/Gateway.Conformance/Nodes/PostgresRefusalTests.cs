using Xunit;

namespace Gateway.Conformance.Nodes;

public sealed class PostgresRefusalTests(PostgresNodes nodes) : RefusalSuite(nodes), IClassFixture<PostgresNodes>;
