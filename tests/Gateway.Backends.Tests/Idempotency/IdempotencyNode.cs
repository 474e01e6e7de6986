using Gateway.Backends.Tests.Ledger;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Gateway.Idempotency;
using Gateway.Ledger;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Backends.Tests.Idempotency;

/// <summary>A node of a gateway as far as keys and rows are concerned; several may share a database and a clock.</summary>
internal sealed class IdempotencyNode : IAsyncDisposable
{
    private readonly KeyStatements _statements;

    public IdempotencyNode(Database database, ManualClock clock, IdempotencyOptions? options = null)
    {
        Database = database;
        _statements = new KeyStatements(database);
        Store = new IdempotencyStore(database, _statements, clock);
        Keeper = new ClaimKeeper(Store, () => IsSpooling, Options.Create(options ?? new IdempotencyOptions()), clock, NullLogger<ClaimKeeper>.Instance);
        Guard = new KeyGuard(Store, Keeper, clock, NullLogger<KeyGuard>.Instance);
        Sweeper = new KeySweeper(Store, clock, NullLogger<KeySweeper>.Instance);
        Writer = new LedgerWriter(database, LedgerRegistration.SinkFor(database), TimeProvider.System, NullLogger<LedgerWriter>.Instance);
    }

    public Database Database { get; }

    /// <summary>Whether rows wait for the database, as far as the node's claims are concerned.</summary>
    public bool IsSpooling { get; set; }

    public IdempotencyStore Store { get; }

    public ClaimKeeper Keeper { get; }

    public KeyGuard Guard { get; }

    public KeySweeper Sweeper { get; }

    public LedgerWriter Writer { get; }

    public static IdempotentRequest Request(string key, string body = "{}", int caller = 1, int tenant = 1, string endpoint = "/v1/chat/completions") => IdempotentRequest.Of(
        new Caller { Tenant = new TenantId($"ten_{tenant:x32}"), Key = new KeyId($"key_{caller:x32}") }, new IdempotencyKey(key), endpoint, System.Text.Encoding.UTF8.GetBytes(body));

    public static StoredAnswer Answer(IdempotencyClaim claim, byte[] body, Money? cost = null) =>
        new(claim.Owner, 200, "application/json", "openai", "gpt-4o-2024-08-06", cost, body.Length);

    /// <summary>The claim, or null where another has the key.</summary>
    public async Task<IdempotencyClaim?> ClaimAsync(IdempotentRequest request, string owner) =>
        await Guard.ClaimAsync(request, owner) is KeyVerdict.Claimed claimed ? claimed.Claim : null;

    /// <summary>Commits a row with the end of its claim, as the pipeline does.</summary>
    public Task CommitAsync(IdempotencyClaim claim, byte[]? body, Func<LedgerEntry, LedgerEntry>? change = null)
    {
        var completion = claim.Complete(body is null ? null : Answer(claim, body, new Money(40_000_000)), body);
        var entry = LedgerEntries.At(LedgerEntries.Begin) with { RequestId = claim.Owner, TenantId = claim.Request.Tenant, KeyId = claim.Request.Caller };
        return Writer.CommitAsync(change is null ? entry : change(entry), completion, CancellationToken.None).AsTask();
    }

    /// <summary>Claims and completes.</summary>
    public async Task AnswerAsync(IdempotentRequest request, string owner, byte[]? body)
    {
        await using var claim = await ClaimAsync(request, owner) ?? throw new InvalidOperationException("The key is taken.");
        await CommitAsync(claim, body);
    }

    /// <summary>What a repeat would get: the answer's bytes, <c>error.code</c>, or null where the key is free.</summary>
    public async Task<object?> RepeatAsync(IdempotentRequest request)
    {
        switch (await Guard.FindAsync(request, CancellationToken.None))
        {
            case KeyVerdict.Refused refused:
                return refused.Error.Code;
            case KeyVerdict.Replay replay:
                var buffer = new byte[replay.Answer.Bytes];
                var error = await Guard.ReadAsync(replay, buffer, CancellationToken.None);
                return error is null ? buffer : error.Code;
            default:
                return null;
        }
    }

    public async Task<long> UsageAsync(int tenant = 1) => (await Database.ListAsync(
        "select coalesce(sum(bytes), 0) from idempotency_usage where tenant_id = @tenant",
        row => Convert.ToInt64(row.GetValue(0), System.Globalization.CultureInfo.InvariantCulture),
        [new("@tenant", $"ten_{tenant:x32}")],
        CancellationToken.None))[0];

    /// <summary>The answers' bytes, added up anew.</summary>
    public async Task<long> StoredAsync(int tenant = 1) => (await Database.ListAsync(
        "select coalesce(sum(coalesce(length(answer), 0)), 0) from idempotency where tenant_id = @tenant",
        row => Convert.ToInt64(row.GetValue(0), System.Globalization.CultureInfo.InvariantCulture),
        [new("@tenant", $"ten_{tenant:x32}")],
        CancellationToken.None))[0];

    public async Task<long> KeysAsync() => (await Database.ListAsync("select count(*) from idempotency", row => row.GetInt64(0), [], CancellationToken.None))[0];

    public async Task<long> RowsAsync() => (await Database.ListAsync("select count(*) from ledger", row => row.GetInt64(0), [], CancellationToken.None))[0];

    public Task StartAsync() => Writer.StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Writer.StopAsync(CancellationToken.None);
        Writer.Dispose();
        Keeper.Dispose();
        Sweeper.Dispose();
        _statements.Dispose();
    }
}
