using System.Net;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;
using Gateway.Storage;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Keys;

public abstract class KeySuite(Backend backend)
{
    [Fact]
    public async Task Issued_key_authenticates_with_what_binds_it()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var tenant = await node.Tenants.CreateAsync(
            new TenantDraft("Acme")
            {
                Tier = "tier-1",
                Disconnect = DisconnectPolicy.Cancel,
                Limits = new RateLimits { RequestsPerMinute = 300, Models = Only("gpt-4o", new RateLimits { TokensPerMinute = 15_000 }) },
            },
            Actor.Gateway,
            CancellationToken.None);
        var issued = await node.Keys.IssueAsync(
            tenant.Id, new KeyDraft("ci") { AllowedModels = ["gpt-4*"], Limits = new RateLimits { TokensPerMinute = 7 } }, Actor.Gateway, CancellationToken.None);

        var caller = await node.CallerAsync(issued.Secret);

        caller.Tenant.ShouldBe(tenant.Id);
        caller.Key.ShouldBe(issued.Key.Id);
        caller.Tier.ShouldBe("tier-1");
        caller.Disconnect.ShouldBe(DisconnectPolicy.Cancel);
        caller.TenantLimits.RequestsPerMinute.ShouldBe(300);
        caller.TenantLimits.Models["gpt-4o"].TokensPerMinute.ShouldBe(15_000);
        caller.KeyLimits.TokensPerMinute.ShouldBe(7);
        caller.AllowedModels.ShouldBe(["gpt-4*"]);
        issued.Key.Prefix.ShouldBe(issued.Secret[..10] + "...");
        issued.ToString().ShouldNotContain(issued.Secret);
    }

    [Fact]
    public async Task Known_key_is_looked_up_once()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var issued = await node.IssueAsync();
        var before = node.Queries;

        var first = await node.CallerAsync(issued.Secret);
        (await node.CallerAsync(issued.Secret)).ShouldBeSameAs(first);

        node.Queries.ShouldBe(before + 1);
    }

    [Fact]
    public async Task Concurrent_requests_with_one_new_key_share_one_look_up()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var issued = await node.IssueAsync();
        var before = node.Queries;
        var gate = new TaskCompletionSource();
        node.Source.Gate = gate.Task;

        // The first makes the query; that it leaves must not take the query from the others.
        using var leaving = new CancellationTokenSource();
        var first = node.Authenticator.AuthenticateAsync($"Bearer {issued.Secret}", null, leaving.Token).AsTask();
        var second = node.Authenticator.AuthenticateAsync($"Bearer {issued.Secret}", null, leaving.Token).AsTask();
        var others = Enumerable.Range(0, 20).Select(_ => node.AuthenticateAsync($"Bearer {issued.Secret}")).ToArray();
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);
        gate.SetResult();

        foreach (var outcome in await Task.WhenAll([first, .. others]))
        {
            outcome.TryGet(out _, out var error).ShouldBeTrue(error?.Message);
        }

        node.Queries.ShouldBe(before + 1);
    }

    [Fact]
    public async Task Revoked_key_is_refused_at_once()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var issued = await node.IssueAsync();
        var other = await node.IssueAsync();
        await node.CallerAsync(issued.Secret);
        await node.CallerAsync(other.Secret);

        await node.RevokeAsync(issued.Key.Id);

        var revoked = await node.Keys.FindAsync(issued.Key.Id, CancellationToken.None);
        revoked.ShouldNotBeNull().RevokedAt.ShouldNotBeNull();
        (await node.ErrorAsync(issued.Secret)).Code.ShouldBe("invalid_api_key");
        await node.CallerAsync(other.Secret);
        (await node.RevokeAsync(issued.Key.Id)).ShouldNotBeNull().RevokedAt.ShouldBe(revoked.RevokedAt);
        (await node.RevokeAsync(new KeyId("key_none"))).ShouldBeNull();
    }

    [Fact]
    public async Task Key_revoked_on_one_node_is_refused_by_another_after_its_next_poll()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var (here, there) = (new KeyNode(test), new KeyNode(test));
        var (issued, other) = (await here.IssueAsync(), await here.IssueAsync());
        await there.Poll.StartAsync(CancellationToken.None);
        await there.CallerAsync(issued.Secret);
        await there.CallerAsync(other.Secret);
        await here.RevokeAsync(issued.Key.Id);
        var before = there.Queries;

        (await there.Poll.PollAsync(CancellationToken.None)).ShouldBeTrue();

        (await there.ErrorAsync(issued.Secret)).Code.ShouldBe("invalid_api_key");
        await there.CallerAsync(other.Secret);

        // At most two polls (the timer's may fall in between) and one look-up: the key that was not touched stayed.
        there.Queries.ShouldBeLessThanOrEqualTo(before + 4);
        await there.Poll.StopAsync(CancellationToken.None);
        KeyChangePoll.Interval.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Change_of_a_tenant_reaches_the_callers_of_all_its_keys()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var (here, there) = (new KeyNode(test), new KeyNode(test));
        var issued = await here.IssueAsync();
        await there.CallerAsync(issued.Secret);
        await here.Database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("update tenants set tier = 'gold' where id = @id", [new("@id", issued.Key.Tenant.Value)], CancellationToken.None);
                await here.Changes.AppendAsync(session, Gateway.Storage.ChangeKind.Tenant, issued.Key.Tenant.Value, CancellationToken.None);
                return 0;
            },
            CancellationToken.None);
        (await there.CallerAsync(issued.Secret)).Tier.ShouldBeNull();

        await there.Poll.PollAsync(CancellationToken.None);

        (await there.CallerAsync(issued.Secret)).Tier.ShouldBe("gold");
    }

    [Fact]
    public async Task Key_read_before_a_change_and_cached_after_it_is_not_kept()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var issued = await node.IssueAsync();
        var known = new KnownKey(await node.CallerAsync(issued.Secret), null, null);
        var hash = KeyNode.HashOf(ApiKey.Generate());
        var generation = node.Cache.Generation;

        node.Cache.Evict([new Gateway.Storage.Change(1, Gateway.Storage.ChangeKind.Key, "key_other")]);
        node.Cache.AddKnown(hash, known, generation);

        node.Cache.TryGetKnown(hash, out _).ShouldBeFalse();
        node.Cache.AddKnown(hash, known, node.Cache.Generation);
        node.Cache.TryGetKnown(hash, out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Poll_outlives_an_outage_of_the_database()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var (here, there) = (new KeyNode(test), new KeyNode(test));
        var issued = await here.IssueAsync();
        await there.CallerAsync(issued.Secret);
        there.Source.Refusal = new TimeoutException();

        (await there.Poll.PollAsync(CancellationToken.None)).ShouldBeFalse();
        await here.RevokeAsync(issued.Key.Id);
        await there.CallerAsync(issued.Secret);
        (await there.ErrorAsync(ApiKey.Generate())).Code.ShouldBe("storage_unavailable");

        there.Source.Refusal = null;
        (await there.Poll.PollAsync(CancellationToken.None)).ShouldBeTrue();
        (await there.ErrorAsync(issued.Secret)).Code.ShouldBe("invalid_api_key");
    }

    [Fact]
    public async Task Key_expires_while_it_is_cached()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var issued = await node.IssueAsync(new KeyDraft("brief") { ExpiresAt = test.Clock.GetUtcNow().AddHours(1) });
        await node.CallerAsync(issued.Secret);

        test.Clock.Advance(TimeSpan.FromHours(1));

        (await node.ErrorAsync(issued.Secret)).Code.ShouldBe("expired_api_key");
    }

    [Fact]
    public async Task Mistyped_key_makes_no_look_up()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var secret = (await node.IssueAsync()).Secret;
        var before = node.Queries;

        for (var i = 6; i < secret.Length; i++)
        {
            var typo = string.Concat(secret.AsSpan(0, i), secret[i] == 'A' ? "B" : "A", secret.AsSpan(i + 1));
            (await node.ErrorAsync(typo)).Code.ShouldBe("invalid_api_key");
        }

        node.Queries.ShouldBe(before);
    }

    [Fact]
    public async Task Flood_of_unknown_keys_is_looked_up_once_each_and_pushes_no_known_key_out()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var issued = await node.IssueAsync();
        await node.CallerAsync(issued.Secret);
        var strangers = Enumerable.Range(0, 200).Select(_ => ApiKey.Generate()).ToArray();
        var before = node.Queries;

        foreach (var stranger in strangers.Concat(strangers))
        {
            (await node.ErrorAsync(stranger)).Code.ShouldBe("invalid_api_key");
        }

        await node.CallerAsync(issued.Secret);
        node.Queries.ShouldBe(before + strangers.Length);
    }

    [Fact]
    public async Task Reissuing_replaces_the_keys_of_that_name_alone()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var first = await node.IssueAsync(new KeyDraft("demo"));
        var other = await node.Keys.IssueAsync(first.Key.Tenant, new KeyDraft("mine"), Actor.Gateway, CancellationToken.None);

        var second = await node.Keys.ReissueAsync(first.Key.Tenant, new KeyDraft("demo"), Actor.Gateway, CancellationToken.None);

        (await node.ErrorAsync(first.Secret)).Code.ShouldBe("invalid_api_key");
        await node.CallerAsync(second.Secret);
        await node.CallerAsync(other.Secret);
    }

    [Theory]
    [InlineData("x' or '1'='1")]
    [InlineData("'; drop table api_keys; --")]
    [InlineData("@id")]
    [InlineData("$1")]
    public async Task Statement_in_a_name_key_or_id_is_text(string fragment)
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var issued = await node.IssueAsync(new KeyDraft(fragment));

        (await node.ErrorAsync(fragment)).Code.ShouldBe("invalid_api_key");
        (await node.ErrorAsync(("sk-gw-" + fragment).PadRight(ApiKey.Length, 'a'))).Code.ShouldBe("invalid_api_key");
        (await node.Keys.FindAsync(new KeyId(fragment), CancellationToken.None)).ShouldBeNull();
        (await node.RevokeAsync(new KeyId(fragment))).ShouldBeNull();
        (await node.Tenants.FindAsync(new TenantId(fragment), CancellationToken.None)).ShouldBeNull();
        (await node.Tenants.FindByNameAsync(fragment, CancellationToken.None)).ShouldBeNull();
        (await node.Keys.FindAsync(issued.Key.Id, CancellationToken.None)).ShouldNotBeNull().Name.ShouldBe(fragment);
    }

    [Fact]
    public async Task Pages_of_keys_and_tenants_hold_each_once()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var tenant = (await node.IssueAsync()).Key.Tenant;
        for (var i = 0; i < 11; i++)
        {
            await node.Keys.IssueAsync(tenant, new KeyDraft($"key {i}"), Actor.Gateway, CancellationToken.None);
            await node.IssueAsync();
        }

        (await ReadAllAsync(after => node.Keys.ListAsync(tenant, after, 4, CancellationToken.None))).Select(key => key.Id).Distinct().Count().ShouldBe(12);
        (await ReadAllAsync(after => node.Tenants.ListAsync(after, 4, CancellationToken.None))).Select(found => found.Id).Distinct().Count().ShouldBe(12);
    }

    [Fact]
    public async Task Rotated_key_keeps_its_id_and_its_old_secret_works_until_the_grace_is_over()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var (here, there) = (new KeyNode(test), new KeyNode(test));
        await there.Poll.PollAsync(CancellationToken.None);
        var first = await here.IssueAsync();
        await there.CallerAsync(first.Secret);

        var second = await here.RotateAsync(first.Key.Id, TimeSpan.FromHours(1));
        await there.Poll.PollAsync(CancellationToken.None);

        second.Key.Id.ShouldBe(first.Key.Id);
        second.Key.Prefix.ShouldNotBe(first.Key.Prefix);
        foreach (var secret in (string[])[first.Secret, second.Secret])
        {
            (await here.CallerAsync(secret)).Key.ShouldBe(first.Key.Id);
            (await there.CallerAsync(secret)).Key.ShouldBe(first.Key.Id);
        }

        var third = await here.RotateAsync(first.Key.Id, TimeSpan.Zero);
        await there.Poll.PollAsync(CancellationToken.None);
        (await there.ErrorAsync(second.Secret)).Code.ShouldBe("invalid_api_key");
        await there.CallerAsync(first.Secret);

        test.Clock.Advance(TimeSpan.FromHours(1));
        (await there.ErrorAsync(first.Secret)).Code.ShouldBe("expired_api_key");
        await there.CallerAsync(third.Secret);

        await here.RevokeAsync(first.Key.Id);
        (await here.ErrorAsync(third.Secret)).Code.ShouldBe("invalid_api_key");
        (await here.Keys.RotateAsync(first.Key.Id, static _ => null, TimeSpan.Zero, Actor.Gateway, CancellationToken.None)).Error!.Code.ShouldBe("key_revoked");
    }

    [Fact]
    public async Task Key_is_refused_from_addresses_that_it_does_not_name()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var issued = await node.IssueAsync(new KeyDraft("office") { AllowedIps = ["10.1.0.0/16", "2001:db8::/32", "192.0.2.7/32"] });

        foreach (var (address, allowed) in new (string?, bool)[]
        {
            ("10.1.255.1", true), ("::ffff:10.1.0.9", true), ("2001:db8:1::1", true), ("192.0.2.7", true),
            ("10.2.0.1", false), ("192.0.2.8", false), ("2001:db9::1", false), ("::1", false), (null, false),
        })
        {
            // The first of each finds it in the database, the second in the cache.
            for (var i = 0; i < 2; i++)
            {
                var outcome = await node.AuthenticateAsync($"Bearer {issued.Secret}", address is null ? null : IPAddress.Parse(address));
                (outcome.Error?.Code).ShouldBe(allowed ? null : "ip_not_authorized", address);
            }
        }
    }

    [Fact]
    public async Task Bad_keys_of_one_address_are_too_many_after_twenty_and_good_ones_never()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var issued = await node.IssueAsync();
        var (attacker, neighbour) = (IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8:0:1::1"));

        for (var i = 0; i < BadKeys.Most; i++)
        {
            (await node.AuthenticateAsync($"Bearer {ApiKey.Generate()}", attacker)).Error!.Code.ShouldBe("invalid_api_key");
        }

        // Whoever has one address has the whole network.
        var refused = (await node.AuthenticateAsync($"Bearer {ApiKey.Generate()}", IPAddress.Parse("2001:db8::2"))).Error!;
        (refused.Status, refused.Code, refused.Retry).ShouldBe((429, "too_many_invalid_keys", RetryAdvice.After));
        refused.RetryAfter.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        (await node.AuthenticateAsync("Bearer nonsense", attacker)).Error!.Status.ShouldBe(429);
        (await node.AuthenticateAsync($"Bearer {issued.Secret}", attacker)).Error.ShouldBeNull();
        (await node.AuthenticateAsync("Bearer nonsense", neighbour)).Error!.Status.ShouldBe(401);
    }

    [Fact]
    public async Task Last_use_is_written_down_once_in_a_while()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new KeyNode(test);
        var (used, idle) = (await node.IssueAsync(), await node.IssueAsync());

        for (var i = 0; i < 100; i++)
        {
            await node.CallerAsync(used.Secret);
        }

        var queries = node.Queries;
        await node.Uses.FlushAsync(CancellationToken.None);
        node.Queries.ShouldBe(queries + 1);
        await node.Uses.FlushAsync(CancellationToken.None);
        node.Queries.ShouldBe(queries + 1);

        var first = (await node.Keys.FindAsync(used.Key.Id, CancellationToken.None))!.LastUsedAt.ShouldNotBeNull();
        (await node.Keys.FindAsync(idle.Key.Id, CancellationToken.None))!.LastUsedAt.ShouldBeNull();
        test.Clock.Advance(TimeSpan.FromMinutes(5));
        await node.CallerAsync(used.Secret);
        await node.Uses.FlushAsync(CancellationToken.None);
        (await node.Keys.FindAsync(used.Key.Id, CancellationToken.None))!.LastUsedAt!.Value.ShouldBeGreaterThan(first.AddMinutes(4));
    }

    [Fact]
    public async Task Change_of_a_key_or_tenant_reaches_every_node_and_is_in_the_audit_log()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var (here, there) = (new KeyNode(test), new KeyNode(test));
        var issued = await here.IssueAsync(new KeyDraft("ci") { ExpiresAt = test.Clock.GetUtcNow().AddDays(1) });
        await there.Poll.PollAsync(CancellationToken.None);
        await there.CallerAsync(issued.Secret);
        var actor = new Actor("key_1", "admin", "192.0.2.1");

        var change = new KeyChange(new HashSet<string> { "role", "expires_at", "allowed_models" }, new KeyDraft("") { Role = Role.Viewer, AllowedModels = ["a*"] });
        (await here.Keys.UpdateAsync(issued.Key.Id, static _ => null, change, actor, CancellationToken.None)).Error.ShouldBeNull();
        (await here.Tenants.UpdateAsync(issued.Key.Tenant, new TenantChange(new HashSet<string> { "tier" }, new TenantDraft("") { Tier = "gold" }), actor, CancellationToken.None)).ShouldNotBeNull();
        await there.Poll.PollAsync(CancellationToken.None);

        foreach (var node in (KeyNode[])[here, there])
        {
            var caller = await node.CallerAsync(issued.Secret);
            (caller.Role, caller.Tier, string.Join(',', caller.AllowedModels)).ShouldBe((Role.Viewer, "gold", "a*"));
        }

        var key = (await here.Keys.FindAsync(issued.Key.Id, CancellationToken.None))!;
        (key.Name, key.ExpiresAt).ShouldBe(("ci", null));
        var audit = (await here.Audit.ListAsync(issued.Key.Tenant.Value, null, 10, CancellationToken.None)).Items;
        audit.Select(entry => entry.Action).ShouldBe(["tenant.update", "key.update", "key.create", "tenant.create"]);
        audit[0].Actor.ShouldBe(actor);
        audit[1].Before!.ShouldContain("\"expires_at\"");
        audit[1].After!.ShouldNotContain("\"expires_at\"");
        string.Concat(audit.Select(entry => entry.Before + entry.After)).ShouldNotContain(issued.Secret[..20]);
    }

    [Fact]
    public async Task Deleted_tenant_ends_with_all_its_keys_on_every_node()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var (here, there) = (new KeyNode(test), new KeyNode(test));
        var issued = await here.IssueAsync();
        await there.Poll.PollAsync(CancellationToken.None);
        await there.CallerAsync(issued.Secret);

        (await here.Tenants.DeleteAsync(issued.Key.Tenant, Actor.Gateway, CancellationToken.None)).ShouldNotBeNull();
        await there.Poll.PollAsync(CancellationToken.None);

        (await here.ErrorAsync(issued.Secret)).Code.ShouldBe("invalid_api_key");
        (await there.ErrorAsync(issued.Secret)).Code.ShouldBe("invalid_api_key");
        (await here.Tenants.FindAsync(issued.Key.Tenant, CancellationToken.None)).ShouldBeNull();
        (await here.Tenants.DeleteAsync(issued.Key.Tenant, Actor.Gateway, CancellationToken.None)).ShouldBeNull();
    }

    private static System.Collections.Frozen.FrozenDictionary<string, RateLimits> Only(string model, RateLimits limits) =>
        System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary([KeyValuePair.Create(model, limits)]);

    private static async Task<List<T>> ReadAllAsync<T>(Func<string?, Task<Page<T>>> read)
    {
        var all = new List<T>();
        string? after = null;
        do
        {
            var page = await read(after);
            page.Items.Count.ShouldBeLessThanOrEqualTo(4);
            all.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return all;
    }
}
