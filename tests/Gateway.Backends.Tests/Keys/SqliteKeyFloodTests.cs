using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Keys;

public sealed class SqliteKeyFloodTests() : KeyFloodSuite(Backend.Sqlite);
