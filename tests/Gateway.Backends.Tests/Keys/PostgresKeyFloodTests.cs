using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Keys;

public sealed class PostgresKeyFloodTests() : KeyFloodSuite(Backend.Postgres);
