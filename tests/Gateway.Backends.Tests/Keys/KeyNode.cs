using System.Net;
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
    /// <param name="test">The database.</param>
    /// <param name="bell">Tells of changes, or null.</param>
    /// <param name="pollClock">Drives the looks for changes; null for the database's clock.</param>
    public KeyNode(TestDatabase test, ChangeBell? bell = null, TimeProvider? pollClock = null)
    {
        var opened = test.Open();
        Source = new CountingDataSource(opened.Source);
        Database = new Database(Source, opened.Dialect, test.Clock);
        Changes = new ChangeLog(Database, test.Clock, bell);
        Audit = new AuditLog(Database, test.Clock);
        Tenants = new TenantStore(Database, Changes, Audit, Cache, test.Clock);
        Keys = new KeyStore(Database, Changes, Audit, Cache, test.Clock);
        Uses = new KeyUses(Keys, test.Clock, NullLogger<KeyUses>.Instance);
        Authenticator = new KeyAuthenticator(Cache, Keys, new BadKeys(), Uses, test.Clock, NullLogger<KeyAuthenticator>.Instance);
        Poll = new KeyChangePoll(Database, Changes, Cache, pollClock ?? test.Clock, NullLogger<KeyChangePoll>.Instance, bell);
    }

    public CountingDataSource Source { get; }

    public Database Database { get; }

    public ChangeLog Changes { get; }

    public KeyCache Cache { get; } = new();

    public AuditLog Audit { get; }

    public TenantStore Tenants { get; }

    public KeyUses Uses { get; }

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
        var tenant = await Tenants.CreateAsync(new TenantDraft("Acme"), Actor.Gateway, CancellationToken.None);
        return await Keys.IssueAsync(tenant.Id, draft, Actor.Gateway, CancellationToken.None);
    }

    /// <summary>The key as it is then, or null where there is none.</summary>
    public async Task<TenantKey?> RevokeAsync(KeyId id) =>
        (await Keys.RevokeAsync(id, static _ => null, Actor.Gateway, CancellationToken.None)).TryGet(out var key, out _) ? key : null;

    public Task<Outcome<Caller>> AuthenticateAsync(string header) => Authenticator.AuthenticateAsync(header, null, CancellationToken.None).AsTask();

    public Task<Outcome<Caller>> AuthenticateAsync(string header, IPAddress? address) => Authenticator.AuthenticateAsync(header, address, CancellationToken.None).AsTask();

    public async Task<IssuedKey> RotateAsync(KeyId id, TimeSpan grace) =>
        (await Keys.RotateAsync(id, static _ => null, grace, Actor.Gateway, CancellationToken.None)).TryGet(out var issued, out var error)
            ? issued
            : throw new InvalidOperationException(error.Message);

    public async Task<Caller> CallerAsync(string secret)
    {
        (await AuthenticateAsync($"Bearer {secret}")).TryGet(out var caller, out var error).ShouldBeTrue(error?.Message);
        return caller!;
    }

    public async Task<GatewayError> ErrorAsync(string secret) => (await AuthenticateAsync($"Bearer {secret}")).Error.ShouldNotBeNull();
}
