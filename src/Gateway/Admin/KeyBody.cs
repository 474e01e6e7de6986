using System.Collections.Immutable;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;

namespace Gateway.Admin;

/// <summary>The bodies that make a key and change one.</summary>
internal static class KeyBody
{
    private const int MaxName = 200;
    private const int MaxModels = 500;
    private const int MaxAddresses = 100;
    private const int MaxAddress = 50;

    private static readonly TimeSpan DefaultGrace = TimeSpan.FromHours(24);
    private static readonly TimeSpan LongestGrace = TimeSpan.FromDays(30);

    /// <summary>What only an owner may set on a key.</summary>
    private static readonly string[] OwnersFields = ["limits", "monthly_budget"];

    public static Outcome<KeyDraft> Read(BodyFields fields, AdminCaller caller, DateTimeOffset now)
    {
        var draft = ReadDraft(fields, fields.RequiredText("name", MaxName), now);
        return Check(fields, caller, draft) is { } error ? error : draft;
    }

    /// <summary>Fields that are absent stay as they are; null clears one that may be absent.</summary>
    public static Outcome<KeyChange> ReadChange(BodyFields fields, AdminCaller caller, DateTimeOffset now)
    {
        var names = fields.Names.ToHashSet(StringComparer.Ordinal);
        var draft = ReadDraft(fields, names.Contains("name") ? fields.RequiredText("name", MaxName) : "", now);
        if (Check(fields, caller, draft) is { } error)
        {
            return error;
        }

        return names.Count == 0 ? GatewayError.MissingParameter("name") : new KeyChange(names, draft);
    }

    /// <summary>How long the secret so far works beside a new one.</summary>
    public static Outcome<TimeSpan> ReadGrace(BodyFields fields)
    {
        var grace = fields.Duration("grace", LongestGrace) ?? DefaultGrace;
        fields.RefuseOthers();
        return fields.Error is { } error ? error : grace;
    }

    /// <summary>What the one who asks may not do to this key, whatever it is changed to.</summary>
    public static Func<TenantKey, GatewayError?> RefuseFor(AdminCaller caller) => key =>
        !caller.Sees(key.Tenant) ? GatewayError.NotFound("key", key.Id.Value)
        : key.Role > caller.Role ? GatewayError.RoleTooLow(RoleText.Of(key.Role))
        : null;

    private static KeyDraft ReadDraft(BodyFields fields, string name, DateTimeOffset now)
    {
        var draft = new KeyDraft(name)
        {
            Limits = LimitsBody.Read(fields.Object("limits")),
            AllowedModels = ReadModels(fields),
            AllowedIps = ReadAddresses(fields),
            MonthlyBudget = MoneyBody.ReadBudget(fields),
            ExpiresAt = fields.Time("expires_at"),
            Role = ReadRole(fields),
        };
        if (draft.ExpiresAt <= now)
        {
            fields.Fail(GatewayError.InvalidValue(fields.PathOf("expires_at"), "it must be in the future."));
        }

        fields.RefuseOthers();
        return draft;
    }

    private static GatewayError? Check(BodyFields fields, AdminCaller caller, KeyDraft draft)
    {
        if (fields.Error is { } error)
        {
            return error;
        }

        if (caller.Role < Role.Owner && OwnersFields.FirstOrDefault(fields.Names.Contains) is { } field)
        {
            return GatewayError.FieldForbidden(field, $"'{field}' is the owner's to set. Leave it out, or ask the operator of this gateway.");
        }

        return draft.Role > caller.Role
            ? GatewayError.FieldForbidden("role", $"Nobody gives a role above his own, which is '{RoleText.Of(caller.Role)}'.")
            : null;
    }

    private static Role ReadRole(BodyFields fields)
    {
        if (fields.Text("role", MaxName) is not { } text)
        {
            return Role.Member;
        }

        if (RoleText.ToRole(text) is not { } role)
        {
            fields.Fail(GatewayError.InvalidValue(
                fields.PathOf("role"), $"it must be '{RoleText.Member}', '{RoleText.Viewer}', '{RoleText.Admin}' or '{RoleText.Owner}'."));
            return Role.Member;
        }

        return role;
    }

    private static ImmutableArray<string> ReadAddresses(BodyFields fields)
    {
        const string Field = "allowed_ips";
        if (fields.Texts(Field, MaxAddresses, MaxAddress) is not { } texts)
        {
            return [];
        }

        if (texts.IsEmpty)
        {
            // Stored, it would mean any address: the opposite of what it seems to say.
            fields.Fail(GatewayError.InvalidValue(fields.PathOf(Field), "it must name an address; leave it out to allow all."));
        }

        for (var i = 0; i < texts.Length; i++)
        {
            if (!AddressRanges.TryParse(texts[i], out _))
            {
                fields.Fail(GatewayError.InvalidValue(
                    $"{fields.PathOf(Field)}[{i}]", "it must be an address such as 192.0.2.7, or a range such as 10.0.0.0/8 or 2001:db8::/32 whose bits behind the prefix are 0."));
                return [];
            }
        }

        return AddressRanges.Of(texts).Texts;
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
