using System.Text.Json.Serialization;

namespace Gateway.Keys;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredLimits))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(KeyJson))]
[JsonSerializable(typeof(TenantJson))]
internal sealed partial class KeysJson : JsonSerializerContext;
