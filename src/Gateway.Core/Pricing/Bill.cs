using Gateway.Core.Metering;
using Gateway.Core.Streaming;

namespace Gateway.Core.Pricing;

/// <summary>The last word on one request: what it used, who says so, and what that costs.</summary>
/// <param name="Usage">The tokens billed; all zero where nothing is due.</param>
/// <param name="Source">Where they come from.</param>
/// <param name="Charge">What they cost.</param>
public readonly record struct Bill(Usage Usage, UsageSource Source, Charge Charge)
{
    /// <summary>
    /// The provider's usage where there is one. Without it, for an answer that came or that the client left: the prompt as measured and
    /// the text received, estimated. For a provider's failure: the same if an answer had begun, else nothing; and never the price per request.
    /// </summary>
    /// <param name="observed">What was seen of the answer.</param>
    /// <param name="measured">What was weighed before.</param>
    /// <param name="price">In force when the request began.</param>
    /// <param name="sent">Whether the provider got the whole request: before that nothing is due.</param>
    public static Bill Of(Observation observed, Measurement measured, ModelPrice price, bool sent)
    {
        var failed = observed.Outcome is AnswerOutcome.UpstreamFailed or AnswerOutcome.TimedOut;
        if (!sent || (failed && !observed.AnswerBegan))
        {
            return new Bill(default, UsageSource.Estimated, Charge.None);
        }

        var source = UsageSource.Provider;
        var received = Text.TextEstimate.Tokens(observed.Received);
        if (observed.Usage is not { } usage)
        {
            source = UsageSource.Estimated;
            usage = new Usage { PromptTokens = measured.PromptTokens, CompletionTokens = received };
        }
        else if (usage.CompletionTokens < received && (usage.CompletionTokens == 0 || observed.Outcome != AnswerOutcome.Completed))
        {
            // No tokens for text that came, or a count from before the stream broke off.
            source = UsageSource.Estimated;
            usage = usage with { CompletionTokens = received };
        }

        if (usage.ImageInputTokens == 0)
        {
            usage = usage with { ImageInputTokens = Math.Min(measured.ImageTokens, usage.PromptTokens) };
        }

        return new Bill(usage, source, Biller.Bill(usage, price, chargeRequest: !failed));
    }
}
