using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Ledger.Spooling;

public sealed class PostgresSpoolTests() : SpoolSuite(Backend.Postgres);
