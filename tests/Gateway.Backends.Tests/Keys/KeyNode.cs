using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;
using Gateway.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace Gateway.Backends.Tests.Keys;

/// <summary>The keys of one node, with its queries counted.</summary>
internal sealed class KeyNode
{
    public KeyNode(TestDatabase test)
    {
        var opened = test.Open();
        Source = new CountingDataSource(opened.Source);
        Database = new Database(Source, opened.Dialect, test.Clock);
        Changes = new ChangeLog(Database, test.Clock);
        Tenants = new TenantStore(Database, Changes, test.Clock);
        Keys = new KeyStore(Database, Changes, Cache, test.Clock);
        Authenticator = new KeyAuthenticator(Cache, Keys, test.Clock, NullLogger<KeyAuthenticator>.Instance);
        Poll = new KeyChangePoll(Database, Changes, Cache, test.Clock, NullLogger<KeyChangePoll>.Instance);
    }

    public CountingDataSource Source { get; }

    public Database Database { get; }

    public ChangeLog Changes { get; }

    public KeyCache Cache { get; } = new();

    public TenantStore Tenants { get; }

    public KeyStore Keys { get; }

    public KeyAuthenticator Authenticator { get; }

    public KeyChangePoll Poll { get; }

    public int Queries => Source.Opened;

    public static KeyHash HashOf(string key)
    {
        Span<byte> ascii = stackalloc byte[ApiKey.Length];
        ApiKey.TryRead(key, ascii).ShouldBeTrue();
        return KeyHash.Of(ascii);
    }

    public Task<IssuedKey> IssueAsync() => IssueAsync(new KeyDraft("test"));

    /// <summary>A key of a new tenant.</summary>
    public async Task<IssuedKey> IssueAsync(KeyDraft draft)
    {
        var tenant = await Tenants.CreateAsync(new TenantDraft("Acme"), CancellationToken.None);
        return await Keys.IssueAsync(tenant.Id, draft, CancellationToken.None);
    }

    public Task<Outcome<Caller>> AuthenticateAsync(string header) => Authenticator.AuthenticateAsync(header, CancellationToken.None).AsTask();

    public async Task<Caller> CallerAsync(string secret)
    {
        (await AuthenticateAsync($"Bearer {secret}")).TryGet(out var caller, out var error).ShouldBeTrue(error?.Message);
        return caller!;
    }

    public async Task<GatewayError> ErrorAsync(string secret) => (await AuthenticateAsync($"Bearer {secret}")).Error.ShouldNotBeNull();
}
