using System.Text.Json.Serialization;
using Gateway.Keys;

namespace Gateway.Admin;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorJson))]
[JsonSerializable(typeof(TenantJson))]
[JsonSerializable(typeof(ListJson<TenantJson>), TypeInfoPropertyName = "TenantList")]
[JsonSerializable(typeof(KeyJson))]
[JsonSerializable(typeof(ListJson<KeyJson>), TypeInfoPropertyName = "KeyList")]
[JsonSerializable(typeof(ListJson<LedgerRowJson>), TypeInfoPropertyName = "LedgerList")]
[JsonSerializable(typeof(LedgerRowJson))]
[JsonSerializable(typeof(CreditJson))]
[JsonSerializable(typeof(ListJson<CreditJson>), TypeInfoPropertyName = "CreditList")]
[JsonSerializable(typeof(ListJson<AuditJson>), TypeInfoPropertyName = "AuditList")]
[JsonSerializable(typeof(AuditJson))]
[JsonSerializable(typeof(UsageRowJson))]
[JsonSerializable(typeof(BalanceJson))]
[JsonSerializable(typeof(LimitsJson))]
[JsonSerializable(typeof(ListJson<ProviderJson>), TypeInfoPropertyName = "ProviderList")]
[JsonSerializable(typeof(ListJson<UsageRowJson>), TypeInfoPropertyName = "UsageList")]
internal sealed partial class AdminJson : JsonSerializerContext;
