using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;

namespace Gateway.Admin;

/// <summary>The body that makes a tenant.</summary>
internal static class TenantBody
{
    private const int MaxName = 200;

    public static Outcome<TenantDraft> Read(BodyFields fields)
    {
        var draft = new TenantDraft(fields.RequiredText("name", MaxName))
        {
            Tier = fields.Text("tier", MaxName),
            Limits = LimitsBody.Read(fields.Object("limits")),
            Disconnect = ReadDisconnect(fields),
            Mode = ReadMode(fields),
            MonthlyBudget = MoneyBody.ReadBudget(fields),
        };
        fields.RefuseOthers();
        return fields.Error is { } error ? error : draft;
    }

    private static DisconnectPolicy ReadDisconnect(BodyFields fields)
    {
        switch (fields.Text("disconnect", MaxName))
        {
            case null or DisconnectText.Drain:
                return DisconnectPolicy.Drain;
            case DisconnectText.Cancel:
                return DisconnectPolicy.Cancel;
            default:
                fields.Fail(GatewayError.InvalidValue(fields.PathOf("disconnect"), "it must be 'drain' or 'cancel'."));
                return DisconnectPolicy.Drain;
        }
    }

    private static BillingMode ReadMode(BodyFields fields)
    {
        switch (fields.Text("mode", MaxName))
        {
            case null or BillingText.Postpaid:
                return BillingMode.Postpaid;
            case BillingText.Prepaid:
                return BillingMode.Prepaid;
            default:
                fields.Fail(GatewayError.InvalidValue(fields.PathOf("mode"), "it must be 'postpaid' or 'prepaid'."));
                return BillingMode.Postpaid;
        }
    }
}
