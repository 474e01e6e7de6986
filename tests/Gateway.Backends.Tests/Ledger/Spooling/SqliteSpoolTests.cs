using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Ledger.Spooling;

public sealed class SqliteSpoolTests() : SpoolSuite(Backend.Sqlite);
