using System.Text.Json.Serialization;

namespace Gateway.Ledger.Spooling;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SpooledRow))]
internal sealed partial class SpoolJson : JsonSerializerContext;
