namespace Gateway.Backends.Tests.Storage;

public enum Backend
{
    Sqlite,
    Postgres,
}
