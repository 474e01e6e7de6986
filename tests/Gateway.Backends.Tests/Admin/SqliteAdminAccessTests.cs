using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Admin;

public sealed class SqliteAdminAccessTests() : AdminAccessSuite(Backend.Sqlite);
