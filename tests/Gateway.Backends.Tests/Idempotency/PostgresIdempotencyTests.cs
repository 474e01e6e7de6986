using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Idempotency;

public sealed class PostgresIdempotencyTests() : IdempotencySuite(Backend.Postgres);
