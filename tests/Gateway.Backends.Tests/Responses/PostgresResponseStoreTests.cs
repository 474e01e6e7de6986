using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Responses;

public sealed class PostgresResponseStoreTests() : ResponseStoreSuite(Backend.Postgres);
