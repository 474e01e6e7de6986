using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Admin;

public sealed class PostgresAdminHostileTests() : AdminHostileSuite(Backend.Postgres);
