using System.Text.Json.Serialization;

namespace Gateway.Ledger.Spooling;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SpooledRow))]
internal sealed partial class SpoolJson : JsonSerializerContext;
