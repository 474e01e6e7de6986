using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Idempotency;

public sealed class SqliteIdempotencyTests() : IdempotencySuite(Backend.Sqlite);
