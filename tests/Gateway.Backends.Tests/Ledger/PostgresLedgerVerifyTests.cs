using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Ledger;

public sealed class PostgresLedgerVerifyTests() : LedgerVerifySuite(Backend.Postgres);
