using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;

namespace Gateway.Admin;

/// <summary>The bodies that make a tenant and change one.</summary>
internal static class TenantBody
{
    private const int MaxName = 200;

    public static Outcome<TenantDraft> Read(BodyFields fields)
    {
        var draft = ReadDraft(fields, fields.RequiredText("name", MaxName));
        return fields.Error is { } error ? error : draft;
    }

    /// <summary>Fields that are absent stay as they are; null clears one that may be absent, and sets the others to their default.</summary>
    public static Outcome<TenantChange> ReadChange(BodyFields fields)
    {
        var names = fields.Names.ToHashSet(StringComparer.Ordinal);
        var draft = ReadDraft(fields, names.Contains("name") ? fields.RequiredText("name", MaxName) : "");
        var refusal = fields.Error ?? (names.Count == 0 ? GatewayError.MissingParameter("name") : null);
        return refusal is not null ? refusal : new TenantChange(names, draft);
    }

    private static TenantDraft ReadDraft(BodyFields fields, string name)
    {
        var draft = new TenantDraft(name)
        {
            Tier = fields.Text("tier", MaxName),
            Limits = LimitsBody.Read(fields.Object("limits")),
            Disconnect = ReadDisconnect(fields),
            Mode = ReadMode(fields),
            MonthlyBudget = MoneyBody.ReadBudget(fields),
        };
        fields.RefuseOthers();
        return draft;
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
