using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Responses;

public sealed class SqliteResponseStoreTests() : ResponseStoreSuite(Backend.Sqlite);
