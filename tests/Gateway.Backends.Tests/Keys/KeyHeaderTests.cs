using System.Diagnostics;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;
using Gateway.Storage;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Keys;

public sealed class KeyHeaderTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer    ")]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearersk-gw-aaaa")]
    public async Task Header_without_a_bearer_key_says_that_it_is_missing(string? header)
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var outcome = await new KeyNode(test).Authenticator.AuthenticateAsync(header, null, CancellationToken.None);

        var error = outcome.Error.ShouldNotBeNull();
        error.Status.ShouldBe(401);
        error.Message.ShouldStartWith("You didn't provide an API key");
    }

    [Theory]
    [InlineData("bearer {0}")]
    [InlineData("BEARER   {0} ")]
    public async Task Scheme_may_be_written_in_any_case(string header)
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var node = new KeyNode(test);
        var issued = await node.IssueAsync();

        (await node.AuthenticateAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, header, issued.Secret))).Error.ShouldBeNull();
    }

    [Fact]
    public async Task Refusal_shows_no_more_than_the_ends_of_a_key()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var secret = ApiKey.Generate();

        var error = await new KeyNode(test).ErrorAsync(secret);

        error.Message.ShouldContain("sk-gw-********" + secret[^4..]);
        error.Message.ShouldNotContain(secret[6..20]);
    }

    [Fact]
    public async Task Cached_key_authenticates_without_allocating()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var node = new KeyNode(test);
        var header = $"Bearer {(await node.IssueAsync()).Secret}";
        await node.AuthenticateAsync(header);

        Authenticate(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Authenticate(1000);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Authenticate(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var outcome = node.Authenticator.AuthenticateAsync(header, null, CancellationToken.None);
                if (!outcome.IsCompletedSuccessfully)
                {
                    throw new UnreachableException();
                }
            }
        }
    }

    [Fact]
    public async Task Key_that_its_connection_presented_before_is_judged_anew()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var node = new KeyNode(test);
        var (first, second) = (await node.IssueAsync(new KeyDraft("first") { ExpiresAt = test.Clock.GetUtcNow().AddHours(1) }), await node.IssueAsync());
        var connection = new DefaultHttpContext();
        connection.Features.Set(new ConnectionKey());
        var headers = (First: $"Bearer {first.Secret}", Second: $"Bearer {second.Secret}");

        await ShouldBeAsync(headers.First, first.Key.Id);
        await ShouldBeAsync(headers.First, first.Key.Id);
        await ShouldBeAsync(headers.Second, second.Key.Id);
        await ShouldBeAsync(headers.First, first.Key.Id);
        test.Clock.Advance(TimeSpan.FromHours(2));
        (await AskAsync(headers.First)).Error!.Message.ShouldContain("expired");

        await ShouldBeAsync(headers.Second, second.Key.Id);
        await node.RevokeAsync(second.Key.Id);
        (await AskAsync(headers.Second)).Error!.Status.ShouldBe(401);

        async Task<Outcome<Caller>> AskAsync(string header)
        {
            connection.Request.Headers.Authorization = header;
            return await node.Authenticator.AuthenticateAsync(connection);
        }

        async Task ShouldBeAsync(string header, KeyId id) => ((await AskAsync(header)).TryGet(out var caller, out _) ? caller!.Key : default).ShouldBe(id);
    }

    [Fact]
    public async Task Key_that_is_presented_while_it_is_evicted_is_not_remembered_by_its_connection()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var node = new KeyNode(test);
        var header = $"Bearer {(await node.IssueAsync()).Secret}";
        (await node.AuthenticateAsync(header)).TryGet(out _, out _).ShouldBeTrue();
        node.Cache.TryGetKnown(KeyNode.HashOf(header["Bearer ".Length..]), out var known).ShouldBeTrue();

        var connection = new ConnectionKey();
        foreach (var begun in new[] { node.Cache.Generation, node.Cache.Generation + 1 })
        {
            connection.Remember(header, known, begun);
            connection.Find(header, begun).ShouldBe(known);
        }

        // Of the two generations that an eviction passes through neither is left when it has ended.
        connection.Remember(header, known, node.Cache.Generation + 1);
        node.Cache.Evict([new Change(1, ChangeKind.Key, known.Caller.Key.Value)]);
        connection.Find(header, node.Cache.Generation).ShouldBeNull();
        connection.Find(new string(header), node.Cache.Generation - 1).ShouldBeNull();
    }
}
