using Gateway.Core.Pricing;

namespace Gateway.Telemetry;

/// <summary>What telemetry tells of a bill: little, since each request carries it to another thread.</summary>
/// <param name="PromptTokens">Those of images and of caches among them.</param>
/// <param name="CompletionTokens">Those of reasoning among them.</param>
/// <param name="ImageTokens">Of the prompt's, those of images.</param>
/// <param name="Amount">What is charged.</param>
internal readonly record struct BilledUse(long PromptTokens, long CompletionTokens, long ImageTokens, Money Amount)
{
    public static BilledUse Of(in Bill bill) =>
        new(bill.Usage.PromptTokens, bill.Usage.CompletionTokens, bill.Usage.ImageInputTokens, bill.Charge.Amount);
}
