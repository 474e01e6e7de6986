namespace Gateway.Backends.Tests.Storage;

public sealed class SqliteMigrationTests() : MigrationSuite(Backend.Sqlite);
