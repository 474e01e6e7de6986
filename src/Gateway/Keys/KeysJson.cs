using System.Text.Json.Serialization;

namespace Gateway.Keys;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredLimits))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class KeysJson : JsonSerializerContext;
