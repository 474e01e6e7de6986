using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Core.Admission;
using Gateway.Funds;
using Gateway.Keys;
using Microsoft.OpenApi;

namespace Gateway.Admin.Document;

/// <summary>
/// The bodies that are read by hand, under the names that the document has for them. JSON's null stands for an absent field: in a change it clears
/// the field, or sets its default.
/// </summary>
internal static class BodySchemas
{
    public const string NewTenant = "NewTenant";
    public const string TenantChange = "TenantChange";
    public const string NewKey = "NewKey";
    public const string KeyChange = "KeyChange";
    public const string Rotation = "Rotation";
    public const string NewCredit = "NewCredit";
    public const string Refund = "Refund";

    private const int MaxName = 200;
    private const int MaxNote = 500;
    private const int MaxMoney = 24;

    public static IReadOnlyDictionary<string, OpenApiSchema> All => new Dictionary<string, OpenApiSchema>
    {
        [NewTenant] = Object(["name"], [("name", Name("What people call it; it need not be unique.")), .. TenantFields()]),
        [TenantChange] = Object([], [("name", Name("What people call it.")), .. TenantFields()], least: 1),
        [NewKey] = Object(["name"], [("name", Name("What people call it; it need not be unique.")), .. KeyFields()]),
        [KeyChange] = Object([], [("name", Name("What people call it.")), .. KeyFields()], least: 1),
        [Rotation] = Object([], [("grace", Optional(Text(16, "How long the secret so far works beside the new one, at most 720h; \"0s\" ends it at once. Without it, 24h.", @"^[0-9]{1,9}(ms|s|m|h)$")))]),
        [NewCredit] = Object(
            ["amount", "note"],
            [
                ("amount", Money($"US dollars, from -{FundsStore.LargestCreditUsd} to {FundsStore.LargestCreditUsd} and not 0; what is less than 0 takes credit back.", signed: true)),
                ("note", Text(MaxNote, "What it is for: an invoice's number.")),
            ]),
        [Refund] = Object(
            [],
            [
                ("amount", Optional(Money("US dollars, more than 0 and no more than is left of the request's money. Without it, all that is left."))),
                ("note", Optional(Text(MaxNote, "Why."))),
            ]),
    };

    private static (string, OpenApiSchema)[] TenantFields() =>
    [
        ("tier", Optional(Text(MaxName, "The tier of the catalog whose limits apply where none of its own are set."))),
        ("limits", Optional(Limits())),
        ("mode", Optional(OneOf("Whether requests are paid for later, or from a balance. Without it, postpaid.", BillingText.Postpaid, BillingText.Prepaid))),
        ("monthly_budget", Optional(Money("The most US dollars that a calendar month in UTC may cost."))),
        ("disconnect", Optional(OneOf(
            "What becomes of an answer whose client has left: it is read on for a while, to be billed by the provider's usage, or ended at once. Without it, drain.",
            DisconnectText.Drain,
            DisconnectText.Cancel))),
    ];

    private static (string, OpenApiSchema)[] KeyFields() =>
    [
        ("role", Optional(OneOf("What the key may do. Nobody gives a role above his own. Without it, member.", RoleText.Member, RoleText.Viewer, RoleText.Admin, RoleText.Owner))),
        ("limits", Optional(Limits("The key's own limits, beside its tenant's. For owners to set."))),
        ("allowed_models", Optional(List(Text(MaxName, "A model's name, or its beginning and '*'."), 500, "The models that the key may ask for. Without it, all."))),
        ("allowed_ips", Optional(List(Text(50, "An address, or a range in CIDR notation."), 100, "Where the key may be used from. Without it, anywhere."))),
        ("monthly_budget", Optional(Money("The most US dollars that a calendar month in UTC may cost. For owners to set."))),
        ("expires_at", Optional(Text(64, "When it ends: a time in the future such as 2026-01-31T12:00:00Z, or a date (midnight in UTC). Without it, never.", @"^[0-9]{4}-[0-9]{2}-[0-9]{2}"))),
    ];

    private static OpenApiSchema Limits(string description = "The tenant's own limits, over all its keys; they stand before its tier's.")
    {
        var schema = Object([], [.. Rates(), ("models", Optional(new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "Limits of single models, by the model's name.",
            AdditionalProperties = Optional(Object([], Rates())),
        }))]);
        schema.Description = description;
        return schema;
    }

    private static (string, OpenApiSchema)[] Rates() =>
    [
        ("requests_per_minute", Optional(Whole("Requests a minute.", LimitScope.LargestLimit))),
        ("tokens_per_minute", Optional(Whole("Tokens a minute, pictures included.", LimitScope.LargestLimit))),
        ("concurrent_requests", Optional(Whole("Requests at once.", LimitScope.LargestConcurrency))),
    ];

    private static OpenApiSchema Object(string[] required, (string Name, OpenApiSchema Schema)[] fields, int? least = null) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = fields.ToDictionary(field => field.Name, IOpenApiSchema (field) => field.Schema),
        Required = new HashSet<string>(required),
        MinProperties = least,
        AdditionalPropertiesAllowed = false,
    };

    private static OpenApiSchema Name(string description) => Text(MaxName, description);

    private static OpenApiSchema Text(int most, string description, string? pattern = null) =>
        new() { Type = JsonSchemaType.String, MinLength = 1, MaxLength = most, Description = description, Pattern = pattern };

    private static OpenApiSchema Money(string description, bool signed = false) => Text(MaxMoney, $"{description} A decimal in a string, with at most nine decimals.", $@"^{(signed ? "-?" : "")}[0-9]+(\.[0-9]{{1,9}})?$");

    private static OpenApiSchema OneOf(string description, params string[] values) =>
        new() { Type = JsonSchemaType.String, Description = description, Enum = [.. values.Select(value => JsonValue.Create(value))] };

    private static OpenApiSchema Whole(string description, long most) =>
        new() { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "1", Maximum = most.ToString(CultureInfo.InvariantCulture), Description = description };

    private static OpenApiSchema List(OpenApiSchema items, int most, string description) =>
        new() { Type = JsonSchemaType.Array, Items = items, MinItems = 1, MaxItems = most, Description = description };

    private static OpenApiSchema Optional(OpenApiSchema schema)
    {
        schema.Type |= JsonSchemaType.Null;
        schema.Enum?.Add(JsonNullSentinel.JsonNull);
        return schema;
    }
}
