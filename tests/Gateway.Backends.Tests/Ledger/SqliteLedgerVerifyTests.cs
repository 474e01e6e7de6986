using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Ledger;

public sealed class SqliteLedgerVerifyTests() : LedgerVerifySuite(Backend.Sqlite);
