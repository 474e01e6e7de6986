using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Ledger;

public sealed class PostgresUsageTests() : UsageSuite(Backend.Postgres);
