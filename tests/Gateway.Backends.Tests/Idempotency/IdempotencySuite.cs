using System.Security.Cryptography;
using System.Text;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Idempotency;
using Gateway.Ledger;
using Gateway.Storage;
using Shouldly;
using Xunit;
using static Gateway.Backends.Tests.Idempotency.IdempotencyNode;

namespace Gateway.Backends.Tests.Idempotency;

public abstract class IdempotencySuite(Backend backend)
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"object":"chat.completion"}""");

    [Fact]
    public async Task Key_is_free_then_in_use_then_answered()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend);
        var node = cluster.Nodes[0];
        (await node.RepeatAsync(Request("a"))).ShouldBeNull();

        await using (var claim = (await node.ClaimAsync(Request("a"), "req_1")).ShouldNotBeNull())
        {
            (await node.RepeatAsync(Request("a"))).ShouldBe("idempotency_key_in_use");
            (await node.ClaimAsync(Request("a"), "req_2")).ShouldBeNull();
            await node.CommitAsync(claim, Body);
        }

        (await node.RepeatAsync(Request("a"))).ShouldBe(Body);
        (await node.ClaimAsync(Request("a"), "req_3")).ShouldBeNull();
        (await node.RowsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Answer_is_found_as_it_was_stored()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend);
        var node = cluster.Nodes[0];
        var large = RandomNumberGenerator.GetBytes(1 << 20);
        await node.AnswerAsync(Request("large"), "req_1", large);
        await node.AnswerAsync(Request("empty"), "req_2", []);

        var replay = (await node.Guard.FindAsync(Request("large"), CancellationToken.None)).ShouldBeOfType<KeyVerdict.Replay>();

        replay.Answer.ShouldBe(new StoredAnswer("req_1", 200, "application/json", "openai", "gpt-4o-2024-08-06", new Money(40_000_000), 1 << 20));
        (await node.RepeatAsync(Request("large"))).ShouldBe(large);
        (await node.RepeatAsync(Request("empty"))).ShouldBe(Array.Empty<byte>());
        (await node.UsageAsync()).ShouldBe(1 << 20);
    }

    [Fact]
    public async Task Another_body_or_endpoint_is_refused_and_another_caller_is_none_of_it()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend);
        var node = cluster.Nodes[0];
        await using var running = await node.ClaimAsync(Request("running"), "req_1");
        await node.AnswerAsync(Request("done"), "req_2", Body);

        foreach (var key in (string[])["running", "done"])
        {
            (await node.RepeatAsync(Request(key, "{ }"))).ShouldBe("idempotency_key_reused");
            (await node.RepeatAsync(Request(key, endpoint: "/v1/embeddings"))).ShouldBe("idempotency_key_reused");
            (await node.RepeatAsync(Request(key, caller: 2))).ShouldBeNull();
        }
    }

    [Fact]
    public async Task Of_fifty_at_once_on_three_nodes_exactly_one_gets_the_key()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend, nodes: 3);

        for (var round = 0; round < 5; round++)
        {
            var (key, start) = ($"key {round}", new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var claims = Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
            {
                await start.Task;
                return await cluster.Nodes[i % 3].Guard.ClaimAsync(Request(key), $"req_{round}_{i}");
            })).ToArray();
            start.SetResult();

            var verdicts = await Task.WhenAll(claims);

            verdicts.Count(verdict => verdict is KeyVerdict.Claimed).ShouldBe(1);
            verdicts.OfType<KeyVerdict.Refused>().Select(refused => refused.Error.Code).Distinct().ShouldBe(["idempotency_key_in_use"]);
        }
    }

    [Fact]
    public async Task Stale_owner_is_taken_over_by_exactly_one_and_completes_in_vain()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend, nodes: 3);
        var node = cluster.Nodes[0];
        await using var former = (await node.ClaimAsync(Request("a"), "req_former")).ShouldNotBeNull();
        cluster.Clock.Advance(IdempotencyStore.Lease);
        (await node.RepeatAsync(Request("a"))).ShouldBeNull();

        var taken = (await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => cluster.Nodes[i % 3].ClaimAsync(Request("a"), $"req_{i}")))))
            .OfType<IdempotencyClaim>().ShouldHaveSingleItem();
        await node.CommitAsync(former, Encoding.UTF8.GetBytes("late"));

        // Its row is written, for its client was served; the key is the other's.
        (await node.RowsAsync()).ShouldBe(1);
        (await node.RepeatAsync(Request("a"))).ShouldBe("idempotency_key_in_use");
        (await node.UsageAsync()).ShouldBe(0);
        await node.CommitAsync(taken, Body);
        (await node.RepeatAsync(Request("a"))).ShouldBe(Body);
        (await node.UsageAsync()).ShouldBe(Body.Length);
    }

    [Fact]
    public async Task Former_owner_that_completes_last_changes_nothing_and_frees_nothing()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend, nodes: 2);
        var (left, right) = (cluster.Nodes[0], cluster.Nodes[1]);
        await using var late = (await left.ClaimAsync(Request("late"), "req_1")).ShouldNotBeNull();
        var failed = (await left.ClaimAsync(Request("failed"), "req_2")).ShouldNotBeNull();
        cluster.Clock.Advance(IdempotencyStore.Lease);

        await right.AnswerAsync(Request("late"), "req_3", Body);
        await using var second = await right.ClaimAsync(Request("failed"), "req_4");
        await left.CommitAsync(late, Encoding.UTF8.GetBytes("another answer"));
        await failed.DisposeAsync();

        (await left.RepeatAsync(Request("late"))).ShouldBe(Body);
        (await left.RepeatAsync(Request("failed"))).ShouldBe("idempotency_key_in_use");
        (await left.UsageAsync()).ShouldBe(Body.Length);
    }

    [Fact]
    public async Task Takeover_with_another_body_is_a_new_request()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend);
        var node = cluster.Nodes[0];
        await using var former = await node.ClaimAsync(Request("a", "1"), "req_1");
        cluster.Clock.Advance(IdempotencyStore.Lease);

        await node.AnswerAsync(Request("a", "2"), "req_2", Body);

        (await node.RepeatAsync(Request("a", "2"))).ShouldBe(Body);
        (await node.RepeatAsync(Request("a", "1"))).ShouldBe("idempotency_key_reused");
    }

    [Fact]
    public async Task Claim_that_is_kept_alive_is_not_taken_over_however_long_it_runs()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend, nodes: 2);
        var (left, right) = (cluster.Nodes[0], cluster.Nodes[1]);
        await using var claim = (await left.ClaimAsync(Request("a"), "req_1")).ShouldNotBeNull();

        for (var minute = 0; minute < 30; minute++)
        {
            cluster.Clock.Advance(TimeSpan.FromSeconds(20));
            await left.Keeper.RenewAsync(CancellationToken.None);
            (await right.ClaimAsync(Request("a"), "req_2")).ShouldBeNull();
        }

        await left.CommitAsync(claim, Body);
        (await right.RepeatAsync(Request("a"))).ShouldBe(Body);
    }

    [Fact]
    public async Task Claim_of_a_row_that_waits_out_an_outage_is_not_taken_over_though_its_lease_ran_out()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend, nodes: 2);
        var (left, right) = (cluster.Nodes[0], cluster.Nodes[1]);
        await using var claim = (await left.ClaimAsync(Request("a"), "req_1")).ShouldNotBeNull();
        await using var gone = (await left.ClaimAsync(Request("b"), "req_2")).ShouldNotBeNull();
        left.IsSpooling = true;
        claim.Spooled();

        // An hour later it answers again, as the other node saw.
        cluster.Clock.Advance(TimeSpan.FromHours(1));
        right.Database.SawOutage();
        (await right.RepeatAsync(Request("a"))).ShouldBe("idempotency_key_in_use");
        (await right.ClaimAsync(Request("a"), "req_3")).ShouldBeNull();
        await right.Sweeper.SweepAsync(CancellationToken.None);

        // The node that has the row was first to lengthen what it still has; a node that is gone was not.
        await left.Keeper.RenewAsync(CancellationToken.None);
        cluster.DatabaseClock.Advance(Database.SteadyAfter);
        (await right.ClaimAsync(Request("a"), "req_4")).ShouldBeNull();
        await left.CommitAsync(claim, Body);
        left.IsSpooling = false;
        await left.Keeper.RenewAsync(CancellationToken.None);
        (await right.RepeatAsync(Request("a"))).ShouldBe(Body);

        cluster.Clock.Advance(IdempotencyStore.Lease);
        await using var taken = (await right.ClaimAsync(Request("b"), "req_5")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Lease_is_lengthened_for_its_owner_alone()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend);
        var node = cluster.Nodes[0];
        await using var claim = await node.ClaimAsync(Request("a"), "req_1");

        (await node.Store.TryRenewAsync(Request("a"), "req_1", CancellationToken.None)).ShouldBeTrue();
        (await node.Store.TryRenewAsync(Request("a"), "req_2", CancellationToken.None)).ShouldBeFalse();
        (await node.Store.TryRenewAsync(Request("b"), "req_1", CancellationToken.None)).ShouldBeFalse();
        await node.CommitAsync(claim!, Body);
        (await node.Store.TryRenewAsync(Request("a"), "req_1", CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task Claim_that_comes_to_nothing_frees_the_key()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend);
        var node = cluster.Nodes[0];

        await (await node.ClaimAsync(Request("a"), "req_1"))!.DisposeAsync();

        (await node.KeysAsync()).ShouldBe(0);
        await node.AnswerAsync(Request("a", "another body"), "req_2", Body);
        (await node.RepeatAsync(Request("a", "another body"))).ShouldBe(Body);
    }

    [Fact]
    public async Task Row_that_the_database_refuses_completes_no_key_and_its_neighbours_complete_theirs()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend);
        var node = cluster.Nodes[0];
        var claims = new List<IdempotencyClaim>();
        for (var i = 0; i < 8; i++)
        {
            claims.Add((await node.ClaimAsync(Request($"{i}"), $"req_{i}")).ShouldNotBeNull());
        }

        await using var poison = (await node.ClaimAsync(Request("poison"), "req_poison")).ShouldNotBeNull();
        var good = claims.Select(claim => node.CommitAsync(claim, Body)).ToArray();
        await Should.ThrowAsync<LedgerUnavailableException>(node.CommitAsync(poison, Body, entry => entry with { Endpoint = null! }));
        await Task.WhenAll(good);
        await poison.DisposeAsync();

        (await node.RepeatAsync(Request("poison"))).ShouldBe("idempotency_key_in_use");
        foreach (var claim in claims)
        {
            (await node.RepeatAsync(claim.Request)).ShouldBe(Body);
        }

        cluster.Clock.Advance(IdempotencyStore.Lease);
        (await node.RepeatAsync(Request("poison"))).ShouldBeNull();
        (await node.UsageAsync()).ShouldBe(8 * Body.Length);
    }

    [Fact]
    public async Task Completion_that_is_written_twice_counts_once()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend);
        var node = cluster.Nodes[0];
        await using var claim = (await node.ClaimAsync(Request("a"), "req_1")).ShouldNotBeNull();

        await Task.WhenAll(node.CommitAsync(claim, Body), node.CommitAsync(claim, Body));
        await node.CommitAsync(claim, Encoding.UTF8.GetBytes("another"));

        (await node.RepeatAsync(Request("a"))).ShouldBe(Body);
        (await node.UsageAsync()).ShouldBe(Body.Length);
        (await node.RowsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Answer_that_is_not_kept_leaves_a_key_that_says_so()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend);
        var node = cluster.Nodes[0];

        await node.AnswerAsync(Request("a"), "req_1", null);

        (await node.RepeatAsync(Request("a"))).ShouldBe("idempotency_not_replayable");
        (await node.ClaimAsync(Request("a"), "req_2")).ShouldBeNull();
        (await node.UsageAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Answers_beyond_the_tenants_room_are_not_kept_and_expiry_makes_room()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend, options: new IdempotencyOptions { MaxTenantBytes = 250 });
        var node = cluster.Nodes[0];
        await node.AnswerAsync(Request("whole room and more"), "req_0", new byte[251]);
        (await node.UsageAsync()).ShouldBe(0);
        await node.AnswerAsync(Request("1"), "req_1", new byte[100]);
        cluster.Clock.Advance(TimeSpan.FromHours(1));
        await node.AnswerAsync(Request("2"), "req_2", new byte[150]);
        await node.AnswerAsync(Request("3"), "req_3", new byte[1]);
        await node.AnswerAsync(Request("other tenant", caller: 2, tenant: 2), "req_4", new byte[250]);

        (await node.RepeatAsync(Request("whole room and more"))).ShouldBe("idempotency_not_replayable");
        (await node.RepeatAsync(Request("1"))).ShouldBe(new byte[100]);
        (await node.RepeatAsync(Request("2"))).ShouldBe(new byte[150]);
        (await node.RepeatAsync(Request("3"))).ShouldBe("idempotency_not_replayable");
        (await node.RepeatAsync(Request("other tenant", caller: 2, tenant: 2))).ShouldBe(new byte[250]);

        cluster.Clock.Advance(TimeSpan.FromHours(23));
        await node.Sweeper.SweepAsync(CancellationToken.None);
        (await node.UsageAsync()).ShouldBe(150);
        await node.AnswerAsync(Request("4"), "req_5", new byte[100]);
        (await node.RepeatAsync(Request("4"))).ShouldBe(new byte[100]);
    }

    [Fact]
    public async Task Key_is_free_again_once_its_time_is_over_whether_swept_or_not()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend);
        var node = cluster.Nodes[0];
        await node.AnswerAsync(Request("a"), "req_1", Body);
        cluster.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        (await node.RepeatAsync(Request("a"))).ShouldBe(Body);

        cluster.Clock.Advance(TimeSpan.FromSeconds(1));

        (await node.RepeatAsync(Request("a"))).ShouldBeNull();
        await node.AnswerAsync(Request("a", "another"), "req_2", [1, 2, 3]);
        (await node.RepeatAsync(Request("a", "another"))).ShouldBe(new byte[] { 1, 2, 3 });
        (await node.UsageAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task Nodes_that_sweep_at_once_remove_each_expired_key_once_and_no_running_one()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend, nodes: 3);
        var node = cluster.Nodes[0];
        await Task.WhenAll(Enumerable.Range(0, 250).Select(i => node.AnswerAsync(Request($"{i}", tenant: 1 + (i % 2)), $"req_{i}", Body)));
        await using var dead = await node.ClaimAsync(Request("dead"), "req_dead");
        cluster.Clock.Advance(TimeSpan.FromHours(24));
        await using var alive = await node.ClaimAsync(Request("alive"), "req_alive");

        await Task.WhenAll(cluster.Nodes.Select(other => other.Sweeper.SweepAsync(CancellationToken.None)));

        // What one node passed over as another held it is gone by the next round.
        await node.Sweeper.SweepAsync(CancellationToken.None);
        (await node.KeysAsync()).ShouldBe(1);
        (await node.RepeatAsync(Request("alive"))).ShouldBe("idempotency_key_in_use");
        (await node.UsageAsync(1)).ShouldBe(0);
        (await node.UsageAsync(2)).ShouldBe(0);
    }

    [Fact]
    public async Task Room_taken_is_what_the_answers_weigh_whatever_happens_at_once()
    {
        await using var cluster = await IdempotencyCluster.StartAsync(backend, nodes: 3, options: new IdempotencyOptions { MaxTenantBytes = 6_000 });

        await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            var node = cluster.Nodes[worker % 3];
            for (var i = 0; i < 40; i++)
            {
                var tenant = 1 + random.Next(2);
                var request = Request($"{random.Next(60)}", caller: tenant, tenant: tenant);
                switch (random.Next(8))
                {
                    case 0:
                        cluster.Clock.Advance(TimeSpan.FromHours(random.Next(12)));
                        break;
                    case 1:
                        await node.Sweeper.SweepAsync(CancellationToken.None);
                        break;
                    case 2:
                        await node.RepeatAsync(request);
                        break;
                    default:
                        if (await node.ClaimAsync(request, $"req_{worker}_{i}") is { } claim)
                        {
                            await node.CommitAsync(claim, random.Next(4) == 0 ? null : new byte[random.Next(400)]);
                            await claim.DisposeAsync();
                        }

                        break;
                }
            }
        })));

        foreach (var tenant in (int[])[1, 2])
        {
            (await cluster.Nodes[0].UsageAsync(tenant)).ShouldBe(await cluster.Nodes[1].StoredAsync(tenant));
            (await cluster.Nodes[0].UsageAsync(tenant)).ShouldBeLessThanOrEqualTo(6_000);
        }
    }

    [Fact]
    public async Task Database_that_is_away_is_said_and_nothing_is_taken()
    {
        await using var database = await TestDatabase.CreateMigratedAsync(backend);
        var real = database.Open();
        var source = new CountingDataSource(real.Source) { Refusal = new TimeoutException() };
        await using var node = new IdempotencyNode(new Gateway.Storage.Database(source, real.Dialect, database.Clock), new Testing.ManualClock());

        var found = (await node.Guard.FindAsync(Request("a"), CancellationToken.None)).ShouldBeOfType<KeyVerdict.Refused>();
        var claimed = (await node.Guard.ClaimAsync(Request("a"), "req_1")).ShouldBeOfType<KeyVerdict.Refused>();

        (found.Error.Status, found.Error.Code).ShouldBe((503, "storage_unavailable"));
        (claimed.Error.Status, claimed.Error.Code, claimed.Error.Retry).ShouldBe((503, "storage_unavailable", RetryAdvice.After));
        source.Refusal = null;
        (await node.RepeatAsync(Request("a"))).ShouldBeNull();
    }
}
