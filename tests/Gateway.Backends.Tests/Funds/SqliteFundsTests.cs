using Gateway.Backends.Tests.Storage;

namespace Gateway.Backends.Tests.Funds;

public sealed class SqliteFundsTests() : FundsSuite(Backend.Sqlite);
