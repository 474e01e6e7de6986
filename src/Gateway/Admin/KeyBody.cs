using System.Collections.Immutable;
using Gateway.Core.Errors;
using Gateway.Keys;

namespace Gateway.Admin;

/// <summary>The body that makes a key.</summary>
internal static class KeyBody
{
    private const int MaxName = 200;
    private const int MaxModels = 500;

    public static Outcome<KeyDraft> Read(BodyFields fields, DateTimeOffset now)
    {
        var draft = new KeyDraft(fields.RequiredText("name", MaxName))
        {
            Limits = LimitsBody.Read(fields.Object("limits")),
            AllowedModels = ReadModels(fields),
            MonthlyBudget = MoneyBody.ReadBudget(fields),
            ExpiresAt = fields.Time("expires_at"),
        };
        if (draft.ExpiresAt <= now)
        {
            fields.Fail(GatewayError.InvalidValue(fields.PathOf("expires_at"), "it must be in the future."));
        }

        if (fields.Text("role", MaxName) is not (null or "member"))
        {
            fields.Fail(GatewayError.NotEnforced(fields.PathOf("role"), "Every key is a 'member'."));
        }

        fields.RefuseUnenforced("allowed_ips", "Filter addresses in front of the gateway.");
        fields.RefuseOthers();
        return fields.Error is { } error ? error : draft;
    }

    private static ImmutableArray<string> ReadModels(BodyFields fields)
    {
        const string Field = "allowed_models";
        if (fields.Texts(Field, MaxModels, MaxName) is not { } models)
        {
            return [];
        }

        if (models.IsEmpty)
        {
            // Stored, it would mean all models: the opposite of what it seems to say.
            fields.Fail(GatewayError.InvalidValue(fields.PathOf(Field), "it must name a model; leave it out to allow all."));
        }
        else if (models.Any(model => model.AsSpan(0, Math.Max(0, model.Length - 1)).Contains('*')))
        {
            fields.Fail(GatewayError.InvalidValue(fields.PathOf(Field), "'*' may stand at the end of an entry alone."));
        }

        return models;
    }
}
