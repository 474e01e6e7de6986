using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Keys;

public sealed class PostgresKeyTests() : KeySuite(Backend.Postgres);
