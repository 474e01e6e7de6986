using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Admin;

public sealed class PostgresAdminKeyLifeTests() : AdminKeyLifeSuite(Backend.Postgres);
