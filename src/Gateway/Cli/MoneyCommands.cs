using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Admin;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Ledger;

namespace Gateway.Cli;

internal static class MoneyCommands
{
    public static readonly IReadOnlyList<CliCommand> All =
    [
        new("credits add", ["TENANT", "AMOUNT"], ["--note", "--idempotency-key"], "Gives a tenant credit in US dollars; a negative amount takes some back.", AddAsync) { Needed = ["--note"], Example = "gateway credits add ten_... 100.00 --note 'invoice 1001' --idempotency-key invoice-1001" },
        new("credits list", ["TENANT"], CliPages.Options, "Lists a tenant's credits, newest first.", ListAsync) { Example = "gateway credits list ten_..." },
        new("credits balance", ["TENANT"], [], "Shows a tenant's balance.", BalanceAsync) { Example = "gateway credits balance ten_..." },
        new("ledger refund", ["REQUEST"], ["--amount", "--note"], "Gives a request's money back, all of it where no amount is given.", RefundAsync) { Example = "gateway ledger refund req_... --amount 0.02 --note 'half an answer'" },
    ];

    private static async Task<Outcome<JsonNode>> AddAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        var (id, amount) = (arguments.Operands[0], arguments.Operands[1]);
        if (!CliFields.Of(arguments, ("amount", amount)).TryGet(out var fields, out var error) || !CreditBody.Read(fields).TryGet(out var draft, out error))
        {
            return error;
        }

        if (await store.Tenants.FindAsync(new TenantId(id), ct) is not { } tenant)
        {
            return GatewayError.NotFound("tenant", id);
        }

        return (await store.Funds.CreditAsync(tenant.Id, draft.Amount, draft.Note, draft.Key?.Value, store.Caller.Actor, ct)).TryGet(out var credit, out error)
            ? JsonSerializer.SerializeToNode(CreditJson.Of(credit), AdminJson.Default.CreditJson)!
            : error;
    }

    private static async Task<Outcome<JsonNode>> ListAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        if (!CliPages.Read(arguments, "cre_").TryGet(out var page, out var error))
        {
            return error;
        }

        var id = arguments.Operands[0];
        if (await store.Tenants.FindAsync(new TenantId(id), ct) is not { } tenant)
        {
            return GatewayError.NotFound("tenant", id);
        }

        var credits = await store.Funds.ListCreditsAsync(tenant.Id, page.Cursor, page.Limit, ct);
        return CliPages.Of(credits.Items.Select(credit => JsonSerializer.SerializeToNode(CreditJson.Of(credit), AdminJson.Default.CreditJson)!), credits.Next);
    }

    private static async Task<Outcome<JsonNode>> BalanceAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        var id = arguments.Operands[0];
        return await store.Tenants.FindAsync(new TenantId(id), ct) is { } tenant
            ? JsonSerializer.SerializeToNode(BalanceJson.Of(tenant, await store.Funds.ReadAsync(FundsAccount.Balance(tenant.Id), ct)), AdminJson.Default.BalanceJson)!
            : GatewayError.NotFound("tenant", id);
    }

    private static async Task<Outcome<JsonNode>> RefundAsync(CliStore store, CliArguments arguments, CancellationToken ct)
    {
        var request = arguments.Operands[0];
        if (!CliFields.Of(arguments).TryGet(out var fields, out var error) || !RefundBody.Read(fields).TryGet(out var refund, out error))
        {
            return error;
        }

        var refunded = await store.WriteLedgerAsync(
            writer => new Refunds(store.Ledger, writer, store.Time).RefundAsync(request, refund.Amount, refund.Note, ct), ct);
        if (!refunded.TryGet(out var row, out error))
        {
            return error;
        }

        var shown = JsonSerializer.SerializeToNode(LedgerRowJson.Of(row), AdminJson.Default.LedgerRowJson)!;
        await store.Audit.WriteAsync(store.Caller.Actor, "ledger.refund", row.TenantId.Value, request, null, shown.ToJsonString(), CancellationToken.None);
        return shown;
    }
}
