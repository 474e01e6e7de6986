using System.Diagnostics;
using Gateway.Backends.Tests.Storage;
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
        var secret = Gateway.Keys.ApiKey.Generate();

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
}
