using System.Net;
using System.Text.Json.Nodes;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Funds;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>Prepaid balances and budgets on the way of a request. A request to gpt-4-v costs four cents.</summary>
public sealed class FundsTests : GatewayTest
{
    private static readonly Money Dollar = new(Money.NanoPerUsd);
    private static readonly string FourCents = ChatBody.Text("hello", model: "gpt-4-v");
    private readonly LogCollector _logs = new();

    protected override GatewayAppOptions Options => new() { Logs = _logs };

    [Fact]
    public async Task Dollar_of_balance_pays_25_of_100_requests_at_once()
    {
        var (tenant, key) = await App.IssueKeyAsync(new TenantDraft("t") { Mode = BillingMode.Prepaid });
        await App.CreditAsync(tenant, Dollar);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => StatusAsync(FourCents, key)));

        statuses.Count(status => status == HttpStatusCode.OK).ShouldBe(25);
        statuses.Count(status => status == HttpStatusCode.TooManyRequests).ShouldBe(75);
        App.Simulator.Requests.Total.ShouldBe(25);
        (await BalanceAsync(tenant)).ShouldBe((Money.Zero, Money.Zero));
        (await App.FundsDifferencesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Spent_balance_is_refused_in_openais_words_with_the_body_unread()
    {
        var (_, key) = await App.IssueKeyAsync(new TenantDraft("t") { Mode = BillingMode.Prepaid });

        // The first look opens the account.
        using var first = await App.ChatAsync(FourCents, key);
        using var response = await App.ChatAsync("{ not even json", key);

        foreach (var refused in (HttpResponseMessage[])[first, response])
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            refused.Header("x-should-retry").ShouldBe("false");
            refused.Header("retry-after").ShouldBeNull();
            var error = await refused.ErrorAsync();
            ((string?)error["type"], (string?)error["code"]).ShouldBe(("insufficient_quota", "insufficient_quota"));
            ((string?)error["message"])!.ShouldStartWith("You exceeded your current quota. The prepaid balance of tenant ten_");
        }

        (await App.RowsAsync()).ShouldBeEmpty();
        App.Simulator.Requests.Total.ShouldBe(0);
    }

    [Fact]
    public async Task What_was_held_too_much_comes_back_with_the_answer()
    {
        var (tenant, key) = await App.IssueKeyAsync(new TenantDraft("t") { Mode = BillingMode.Prepaid });
        await App.CreditAsync(tenant, Dollar);

        // Holds 20 of prompt and 90,000 of completion at 10 dollars a million; costs some of it.
        using var response = await App.ChatAsync(ChatBody.Text("hello", more: ",\"max_tokens\":90000"), key);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var (row, (balance, held)) = ((await App.RowsAsync())[0], await BalanceAsync(tenant));
        row.Prepaid.ShouldBeTrue();
        (balance, held).ShouldBe((Dollar - row.Amount, Money.Zero));
        using var larger = await App.ChatAsync(ChatBody.Text("hello", more: ",\"max_tokens\":100000"), key);
        larger.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Theory]
    [InlineData("[[status=500]]")]
    [InlineData("[[reset]]")]
    public async Task Failed_request_gives_all_back(string failure)
    {
        var (tenant, key) = await App.IssueKeyAsync(new TenantDraft("t") { Mode = BillingMode.Prepaid });
        await App.CreditAsync(tenant, Dollar);

        using var response = await App.ChatAsync(ChatBody.Text(failure, model: "gpt-4-v"), key);

        ((int)response.StatusCode).ShouldBeInRange(500, 599);
        (await BalanceAsync(tenant)).ShouldBe((Dollar, Money.Zero));
        (await App.FundsDifferencesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Budget_warns_before_it_refuses()
    {
        var (_, key) = await App.IssueKeyAsync(new TenantDraft("t"), keyBudget: new Money(200_000_000));

        var warnings = new List<string?>();
        for (var i = 0; i < 5; i++)
        {
            using var response = await App.ChatAsync(FourCents, key);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            warnings.Add(response.Header("x-gateway-budget-warning"));
        }

        using var refused = await App.ChatAsync(FourCents, key);

        warnings.ShouldBe([null, null, null, "key_monthly_budget; used=80%", "key_monthly_budget; used=100%"]);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        ((string?)(await refused.ErrorAsync())["message"])!.ShouldContain("this month's budget of key key_");
        _logs.Lines.Count(line => line.Contains("is used up to", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task Budget_of_the_tenant_binds_every_key_of_it()
    {
        var (tenant, first) = await App.IssueKeyAsync(new TenantDraft("t") { MonthlyBudget = new Money(80_000_000) });
        var second = (await App.Services.GetRequiredService<KeyStore>().IssueAsync(tenant, new KeyDraft("second"), Actor.Gateway, Timeout)).Secret;

        (await StatusAsync(FourCents, first)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(FourCents, second)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(FourCents, first)).ShouldBe(HttpStatusCode.TooManyRequests);
        (await StatusAsync(FourCents, second)).ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Quote_says_that_money_would_refuse()
    {
        var (tenant, key) = await App.IssueKeyAsync(new TenantDraft("t") { Mode = BillingMode.Prepaid });
        using var client = App.Client(key);

        var poor = await QuoteAsync(client);
        await App.CreditAsync(tenant, Dollar);
        var rich = await QuoteAsync(client);

        ((bool)poor["would_be_admitted"]!, (string?)poor["refused_by"]).ShouldBe((false, $"tenant {tenant}, balance"));
        ((bool)rich["would_be_admitted"]!, (string?)rich["refused_by"]).ShouldBe((true, null));
        (await BalanceAsync(tenant)).ShouldBe((Dollar, Money.Zero));
    }

    [Fact]
    public async Task Refusal_by_a_rate_holds_no_money()
    {
        var (tenant, key) = await App.IssueKeyAsync(new TenantDraft("t") { Mode = BillingMode.Prepaid, Limits = new RateLimits { RequestsPerMinute = 1 } });
        await App.CreditAsync(tenant, Dollar);

        (await StatusAsync(FourCents, key)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(FourCents, key)).ShouldBe(HttpStatusCode.TooManyRequests);

        (await BalanceAsync(tenant)).ShouldBe((new Money(960_000_000), Money.Zero));
    }

    [Fact]
    public async Task Balance_outlives_the_process_and_holds_do_not()
    {
        var (tenant, key) = await App.IssueKeyAsync(new TenantDraft("t") { Mode = BillingMode.Prepaid });
        await App.CreditAsync(tenant, Dollar);
        (await StatusAsync(FourCents, key)).ShouldBe(HttpStatusCode.OK);

        // What another process would see.
        var state = await App.Services.GetRequiredService<FundsStore>().ReadAsync(Core.Admission.FundsAccount.Balance(tenant), Timeout);

        (state.Credited, state.Spent, state.Held).ShouldBe((Dollar, new Money(40_000_000), Money.Zero));
    }

    [Fact]
    public async Task Refund_comes_back_to_the_balance_at_once()
    {
        var (tenant, key) = await App.IssueKeyAsync(new TenantDraft("t") { Mode = BillingMode.Prepaid });
        await App.CreditAsync(tenant, new Money(40_000_000));
        (await StatusAsync(FourCents, key)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(FourCents, key)).ShouldBe(HttpStatusCode.TooManyRequests);

        (await App.Services.GetRequiredService<Refunds>().RefundAsync((await App.RowsAsync())[0].RequestId, null, "sorry", Timeout)).TryGet(out _, out _).ShouldBeTrue();

        (await StatusAsync(FourCents, key)).ShouldBe(HttpStatusCode.OK);
        (await App.FundsDifferencesAsync()).ShouldBeEmpty();
    }

    private static async Task<JsonNode> QuoteAsync(HttpClient client)
    {
        using var response = await client.PostAsync("/v1/chat/completions/quote", new StringContent(FourCents), Timeout);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Timeout))!["limits"]!;
    }

    private async Task<HttpStatusCode> StatusAsync(string body, string key)
    {
        using var response = await App.ChatAsync(body, key);
        return response.StatusCode;
    }

    private async Task<(Money Balance, Money Held)> BalanceAsync(TenantId tenant)
    {
        var state = await App.Services.GetRequiredService<IFunds>().BalanceAsync(tenant, Timeout);
        return (state.Credited - state.Spent, state.Held);
    }
}
