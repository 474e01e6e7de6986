namespace Gateway.Backends.Tests.Storage;

public sealed class PostgresMigrationTests() : MigrationSuite(Backend.Postgres);
