using System.Net;
using System.Text.Json.Nodes;
using Gateway.Backends.Tests.Ledger;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

/// <summary>Credits, balances, budgets and refunds over the admin API.</summary>
public abstract class AdminMoneySuite(Backend backend)
{
    [Fact]
    public async Task Budgets_and_mode_are_kept_as_they_were_given()
    {
        await using var node = await AdminNode.StartAsync(backend);

        var tenant = await node.PostAsync("/tenants", """{"name":"a","mode":"prepaid","monthly_budget":"500.5"}""", HttpStatusCode.Created);
        var key = await node.PostAsync($"/tenants/{tenant["id"]}/keys", """{"name":"k","monthly_budget":"0.000000001"}""", HttpStatusCode.Created);

        ((string?)tenant["mode"], (string?)tenant["monthly_budget"]).ShouldBe(("prepaid", "500.5"));
        ((string?)key["monthly_budget"]).ShouldBe("0.000000001");
        var read = await node.GetAsync($"/tenants/{tenant["id"]}", HttpStatusCode.OK);
        ((string?)read["mode"], (string?)read["monthly_budget"]).ShouldBe(("prepaid", "500.5"));
    }

    [Fact]
    public async Task Limits_of_a_key_tell_the_balance_and_both_budgets()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var tenant = (string)(await node.PostAsync("/tenants", """{"name":"a","mode":"prepaid","monthly_budget":"500.5"}""", HttpStatusCode.Created))["id"]!;
        var key = (string)(await node.PostAsync($"/tenants/{tenant}/keys", """{"name":"k","monthly_budget":"7"}""", HttpStatusCode.Created))["id"]!;
        await node.PostAsync($"/tenants/{tenant}/credits", """{"amount":"20","note":"x"}""", HttpStatusCode.Created);
        var ledger = node.Services.GetRequiredService<LedgerWriter>();
        var at = TimeProvider.System.GetUtcNow();
        await ledger.CommitAsync(
            LedgerEntries.At(at) with { TenantId = new TenantId(tenant), KeyId = new KeyId(key), Amount = new Money(1_250_000_000), Prepaid = true }, CancellationToken.None);

        var told = await node.GetAsync($"/limits?key={key}", HttpStatusCode.OK);

        var month = at.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        told["funds"]!.AsArray().Select(fund => string.Join(' ', fund!.AsObject().Select(field => field.Value?.ToString() ?? "null"))).ShouldBe(
        [
            "tenant balance null 20 1.25 0 18.75",
            $"tenant monthly_budget {month} 500.5 1.25 0 499.25",
            $"key monthly_budget {month} 7 1.25 0 5.75",
        ]);
    }

    [Fact]
    public async Task Credit_moves_the_balance_once_for_its_key()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var tenant = await node.CreateTenantAsync();
        const string Body = """{"amount":"100.00","note":"invoice 1"}""";

        var first = await node.PostAsync($"/tenants/{tenant}/credits", Body, HttpStatusCode.Created, ("Idempotency-Key", "one"));
        var again = await node.PostAsync($"/tenants/{tenant}/credits", Body, HttpStatusCode.Created, ("Idempotency-Key", "one"));
        await node.PostAsync($"/tenants/{tenant}/credits", """{"amount":"-0.5","note":"slip"}""", HttpStatusCode.Created);
        var other = await node.PostAsync($"/tenants/{tenant}/credits", """{"amount":"1","note":"x"}""", HttpStatusCode.Conflict, ("Idempotency-Key", "one"));

        ((string?)again["id"]).ShouldBe((string?)first["id"]);
        ((string?)first["amount"]).ShouldBe("100");
        ((string?)other["error"]!["code"]).ShouldBe("idempotency_key_reused");
        var balance = await node.GetAsync($"/tenants/{tenant}/balance", HttpStatusCode.OK);
        ((string?)balance["balance"], (string?)balance["held"], (string?)balance["available"]).ShouldBe(("99.5", "0", "99.5"));

        var page = await node.GetAsync($"/tenants/{tenant}/credits?limit=1", HttpStatusCode.OK);
        ((string?)page["data"]![0]!["note"]).ShouldBe("slip");
        var rest = await node.GetAsync($"/tenants/{tenant}/credits?limit=1&cursor={page["next_cursor"]}", HttpStatusCode.OK);
        ((string?)rest["data"]![0]!["note"], (bool)rest["has_more"]!).ShouldBe(("invoice 1", false));
    }

    [Theory]
    [InlineData("""{"note":"x"}""", "missing_required_parameter", "amount")]
    [InlineData("""{"amount":"5"}""", "missing_required_parameter", "note")]
    [InlineData("""{"amount":5,"note":"x"}""", "invalid_type", "amount")]
    [InlineData("""{"amount":"0","note":"x"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":"1e3","note":"x"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":"+5","note":"x"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":"NaN","note":"x"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":"٥","note":"x"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":"0.0000000001","note":"x"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":"10000000.01","note":"x"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":"9999999999999999999999","note":"x"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":"5","note":"x","tenant":"y"}""", "unknown_parameter", "tenant")]
    public async Task Wrong_credit_is_refused_and_changes_nothing(string body, string code, string param)
    {
        await using var node = await AdminNode.StartAsync(backend);
        var tenant = await node.CreateTenantAsync();

        var error = (await node.PostAsync($"/tenants/{tenant}/credits", body, HttpStatusCode.BadRequest))["error"]!;

        ((string?)error["code"], (string?)error["param"]).ShouldBe((code, param));
        ((string?)(await node.GetAsync($"/tenants/{tenant}/balance", HttpStatusCode.OK))["balance"]).ShouldBe("0");
    }

    [Fact]
    public async Task Nobody_elses_money_is_there()
    {
        await using var node = await AdminNode.StartAsync(backend);

        await node.PostAsync("/tenants/ten_0/credits", """{"amount":"5","note":"x"}""", HttpStatusCode.NotFound);
        await node.GetAsync("/tenants/ten_0/balance", HttpStatusCode.NotFound);
        await node.GetAsync("/tenants/ten_0/credits", HttpStatusCode.NotFound);
        await node.PostAsync("/ledger/req_0/refund", "{}", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Refund_is_a_row_of_its_own_and_the_row_it_reverses_stays()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var tenant = await node.CreateTenantAsync();
        var row = LedgerEntries.At(LedgerEntries.Begin) with { TenantId = new TenantId(tenant), Amount = new Money(40_000_000), ListAmount = new Money(50_000_000), Prepaid = true };
        await node.PostAsync($"/tenants/{tenant}/credits", """{"amount":"0.04","note":"x"}""", HttpStatusCode.Created);
        await node.Services.GetRequiredService<LedgerWriter>().CommitAsync(row, TestContext.Current.CancellationToken);

        var part = await node.PostAsync($"/ledger/{row.RequestId}/refund", """{"amount":"0.01","note":"half an answer"}""", HttpStatusCode.Created);
        var rest = await node.PostAsync($"/ledger/{row.RequestId}/refund", "{}", HttpStatusCode.Created);
        var over = await node.PostAsync($"/ledger/{row.RequestId}/refund", """{"amount":"0.01"}""", HttpStatusCode.BadRequest);

        ((long)part["amount_nano_usd"]!, (long)part["list_amount_nano_usd"]!, (string?)part["reverses"], (string?)part["note"])
            .ShouldBe((-10_000_000, -12_500_000, row.RequestId, "half an answer"));
        ((long)rest["amount_nano_usd"]!).ShouldBe(-30_000_000);
        ((string?)over["error"]!["param"]).ShouldBe("amount");
        ((string?)(await node.GetAsync($"/tenants/{tenant}/balance", HttpStatusCode.OK))["balance"]).ShouldBe("0.04");
        (await node.GetAsync($"/ledger?tenant={tenant}", HttpStatusCode.OK))["data"]!.AsArray().Count.ShouldBe(3);
        var usage = (await node.GetAsync($"/usage?tenant={tenant}", HttpStatusCode.OK))["data"]![0]!;
        ((long)usage["requests"]!, (string?)usage["amount"]).ShouldBe((1, "0"));
    }
}
