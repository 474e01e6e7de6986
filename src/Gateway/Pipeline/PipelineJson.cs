using System.Text.Json.Serialization;

namespace Gateway.Pipeline;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MeJson))]
[JsonSerializable(typeof(PageJson<UsageResultJson>), TypeInfoPropertyName = "UsagePage")]
[JsonSerializable(typeof(PageJson<CostResultJson>), TypeInfoPropertyName = "CostPage")]
internal sealed partial class PipelineJson : JsonSerializerContext;
