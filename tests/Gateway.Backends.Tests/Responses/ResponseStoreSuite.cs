using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Idempotency;
using Gateway.Responses;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Responses;

public abstract class ResponseStoreSuite(Backend backend)
{
    private static readonly TenantId Mine = new("t-mine");
    private static readonly TenantId Theirs = new("t-theirs");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Response_and_its_items_are_known_to_every_node_and_to_their_tenant_alone()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        using var here = new KeyStatements(test.Open());
        await StoreOf(test, here).AddAsync(Draft(Mine, "resp_1", "msg_1", "rs_1"), Ct);

        using var there = new KeyStatements(test.Open());
        var store = StoreOf(test, there);
        (await store.FindAsync(Mine, "resp_1", Ct)).ShouldBe(new StoredItem("resp_1", "resp_1", "alias", "sim", "upstream", 150));
        var found = await store.FindAsync(Mine, ["msg_1", "rs_1", "resp_1", "unknown"], Ct);
        found.Keys.ShouldBe(["msg_1", "rs_1", "resp_1"], ignoreOrder: true);
        found["msg_1"].ShouldBe(new StoredItem("msg_1", "resp_1", "alias", "sim", "upstream", 50));
        (await store.FindAsync(Theirs, "resp_1", Ct)).ShouldBeNull();
        (await store.FindAsync(Theirs, ["msg_1"], Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Same_id_of_another_tenant_takes_nothing_from_the_first()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        using var statements = new KeyStatements(test.Open());
        var store = StoreOf(test, statements);
        await store.AddAsync(Draft(Mine, "resp_1", "msg_1"), Ct);

        // Hostile: ids that repeat, that are the response's own, and that are too long.
        await store.AddAsync(Draft(Theirs, "resp_1", "msg_1", "msg_1", "resp_1", new string('x', 300)), Ct);
        await store.AddAsync(Draft(Mine, "resp_1", "msg_1", "msg_2"), Ct);
        await store.AddAsync(Draft(Mine, new string('y', 300)), Ct);
        await store.RemoveAsync(Theirs, "resp_1", Ct);

        (await store.FindAsync(Mine, ["resp_1", "msg_1", "msg_2"], Ct)).Count.ShouldBe(3);
        (await store.FindAsync(Theirs, ["resp_1", "msg_1"], Ct)).ShouldBeEmpty();
        (await store.FindAsync(Mine, new string('y', 300), Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Removed_response_takes_its_items_along()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        using var statements = new KeyStatements(test.Open());
        var store = StoreOf(test, statements);
        await store.AddAsync(Draft(Mine, "resp_1", "msg_1"), Ct);
        await store.AddAsync(Draft(Mine, "resp_2", "msg_2"), Ct);

        await store.RemoveAsync(Mine, "resp_1", Ct);

        (await store.FindAsync(Mine, ["resp_1", "msg_1", "resp_2", "msg_2"], Ct)).Keys.ShouldBe(["resp_2", "msg_2"], ignoreOrder: true);
    }

    [Fact]
    public async Task Expired_response_is_not_found_and_is_swept()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var database = test.Open();
        using var statements = new KeyStatements(database);
        var store = StoreOf(test, statements);
        await store.AddAsync(Draft(Mine, "resp_1", "msg_1"), Ct);
        test.Clock.Advance(ResponseStore.Lifetime - TimeSpan.FromSeconds(1));
        await store.AddAsync(Draft(Mine, "resp_2"), Ct);
        (await store.FindAsync(Mine, "resp_1", Ct)).ShouldNotBeNull();

        test.Clock.Advance(TimeSpan.FromSeconds(1));
        (await store.FindAsync(Mine, "resp_1", Ct)).ShouldBeNull();
        using var sweeper = new ResponseSweeper(store, test.Clock, NullLogger<ResponseSweeper>.Instance);
        await sweeper.SweepAsync(Ct);

        (await database.ListAsync("select id from stored_responses", row => row.GetString(0), [], Ct)).ShouldBe(["resp_2"]);
    }

    private static ResponseStore StoreOf(TestDatabase test, KeyStatements statements) => new(test.Open(), statements, test.Clock);

    private static ResponseDraft Draft(TenantId tenant, string id, params string[] items)
    {
        var deployment = new Deployment
        {
            Provider = new Provider { Name = "sim", Dialect = OpenAiDialect.Instance, BaseUrl = new Uri("http://127.0.0.1:9/v1") },
            Model = "upstream",
        };
        var card = new ModelCard { Id = "m", Deployments = [deployment] };
        return new ResponseDraft(tenant, id, items, new Target("alias", card, deployment, PriceBook.Empty.At(DateTimeOffset.UnixEpoch)), Tokens: 150, OutputTokens: 50);
    }
}
