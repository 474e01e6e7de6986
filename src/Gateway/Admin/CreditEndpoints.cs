using System.Text.Json;
using Gateway.Admin.Document;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Funds;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Storage;
using Microsoft.OpenApi;

namespace Gateway.Admin;

/// <summary>Money that goes in, and what is left of it; money that goes back.</summary>
internal static class CreditEndpoints
{
    public static void Map(RouteGroupBuilder admin)
    {
        admin.MapPost("/tenants/{id}/credits", CreditAsync).For(Role.Owner).Gives<CreditJson>(
            new AdminOperation("Gives a tenant credit, or takes some back.")
            {
                Body = BodySchemas.NewCredit,
                Example = """{"amount":"100.00","note":"invoice 2026-17"}""",
                Parameters = [KeyParameter],
                Conflict = "The Idempotency-Key stands for another credit of this tenant.",
            },
            StatusCodes.Status201Created);
        admin.MapGet("/tenants/{id}/credits", ListAsync).For(Role.Viewer).Gives<ListJson<CreditJson>>(
            new AdminOperation("Lists a tenant's credits.") { Parameters = AdminQueries.Page });
        admin.MapGet("/tenants/{id}/balance", BalanceAsync).For(Role.Viewer).Gives<BalanceJson>(new AdminOperation("Shows a tenant's balance."));
        admin.MapPost("/ledger/{requestId}/refund", RefundAsync).For(Role.Owner).Gives<LedgerRowJson>(
            new AdminOperation("Gives a request's money back.")
            {
                Body = BodySchemas.Refund,
                Example = """{"amount":"0.01","note":"half an answer"}""",
                Description = "A row of its own is written, which names the request in 'reverses'; the request's row stays as it was.",
            },
            StatusCodes.Status201Created);
    }

    private static OpenApiParameter KeyParameter => new()
    {
        Name = IdempotencyKey.Header,
        In = ParameterLocation.Header,
        Description = $"1 to {IdempotencyKey.Longest} printable ASCII characters. The same credit sent again with it is given once, and has the same answer.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.Longest, Pattern = "^[ -~]+$" },
    };

    private static async Task<IResult> CreditAsync(string id, HttpRequest request, TenantStore tenants, FundsStore funds, CancellationToken cancellationToken)
    {
        var values = request.Headers[IdempotencyKey.Header];
        if (values.Count > 1)
        {
            return new AdminError(GatewayError.DuplicateKey(IdempotencyKey.Header));
        }

        var body = await AdminBody.ReadAsync(request, cancellationToken);
        if (!body.TryGet(out var fields, out var error) || !CreditBody.Read(fields, values.Count == 0 ? null : values[0] ?? "", IdempotencyKey.Header).TryGet(out var draft, out error))
        {
            return new AdminError(error);
        }

        if (await tenants.FindAsync(new TenantId(id), cancellationToken) is not { } tenant)
        {
            return new AdminError(GatewayError.NotFound("tenant", id));
        }

        var actor = AdminCaller.Of(request.HttpContext).Actor;
        return (await funds.CreditAsync(tenant.Id, draft.Amount, draft.Note, draft.Key?.Value, actor, cancellationToken)).TryGet(out var credit, out error)
            ? TypedResults.Json(CreditJson.Of(credit), AdminJson.Default.CreditJson, statusCode: StatusCodes.Status201Created)
            : new AdminError(error);
    }

    private static async Task<IResult> ListAsync(string id, HttpRequest request, TenantStore tenants, FundsStore funds, CancellationToken cancellationToken)
    {
        var query = new QueryFields(request);
        var (limit, cursor) = (query.Limit(), query.IdCursor("cre_"));
        query.RefuseOthers();
        if (query.Error is { } error)
        {
            return new AdminError(error);
        }

        if (await AdminCaller.Of(request.HttpContext).FindAsync(tenants, id, cancellationToken) is not { } tenant)
        {
            return new AdminError(GatewayError.NotFound("tenant", id));
        }

        var page = await funds.ListCreditsAsync(tenant.Id, cursor, limit, cancellationToken);
        return TypedResults.Json(ListJson<CreditJson>.Of(page.Items.Select(CreditJson.Of), page.Next), AdminJson.Default.CreditList);
    }

    private static async Task<IResult> BalanceAsync(string id, HttpContext context, TenantStore tenants, IFunds funds, CancellationToken cancellationToken) =>
        await AdminCaller.Of(context).FindAsync(tenants, id, cancellationToken) is { } tenant
            ? TypedResults.Json(BalanceJson.Of(tenant, await funds.BalanceAsync(tenant.Id, cancellationToken)), AdminJson.Default.BalanceJson)
            : new AdminError(GatewayError.NotFound("tenant", id));

    private static async Task<IResult> RefundAsync(string requestId, HttpRequest request, Refunds refunds, AuditLog audit, CancellationToken cancellationToken)
    {
        var body = await AdminBody.ReadAsync(request, cancellationToken);
        if (!body.TryGet(out var fields, out var error) || !RefundBody.Read(fields).TryGet(out var refund, out error))
        {
            return new AdminError(error);
        }

        try
        {
            if (!(await refunds.RefundAsync(requestId, refund.Amount, refund.Note, cancellationToken)).TryGet(out var row, out error))
            {
                return new AdminError(error);
            }

            // The row is written: whoever asked does not end this any more.
            var said = JsonSerializer.Serialize(LedgerRowJson.Of(row), AdminJson.Default.LedgerRowJson);
            await audit.WriteAsync(AdminCaller.Of(request.HttpContext).Actor, "ledger.refund", row.TenantId.Value, requestId, null, said, CancellationToken.None);
            return TypedResults.Json(LedgerRowJson.Of(row), AdminJson.Default.LedgerRowJson, statusCode: StatusCodes.Status201Created);
        }
        catch (LedgerUnavailableException)
        {
            return new AdminError(GatewayError.LedgerUnavailable());
        }
    }
}
