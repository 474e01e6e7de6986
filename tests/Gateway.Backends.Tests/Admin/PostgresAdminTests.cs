using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Admin;

public sealed class PostgresAdminTests() : AdminSuite(Backend.Postgres);
