using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Ledger;

public sealed class SqliteLedgerRetentionTests() : LedgerRetentionSuite(Backend.Sqlite);
