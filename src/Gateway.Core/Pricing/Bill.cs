using Gateway.Core.Metering;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Core.Pricing;

/// <summary>The last word on one request: what it used, who says so, and what that costs.</summary>
/// <param name="Usage">The tokens billed; all zero where nothing is due.</param>
/// <param name="Source">Where they come from.</param>
/// <param name="Charge">What they cost.</param>
public readonly record struct Bill(Usage Usage, UsageSource Source, Charge Charge)
{
    /// <summary>
    /// Whether the provider's word does not suffice for the bill, so that text must be counted: there is no usage, or none that can hold
    /// the text that came.
    /// </summary>
    public static bool NeedsCount(Observation observed, bool sent) =>
        IsDue(observed, sent)
        && (observed.Usage is not { } usage || (observed.Received != default && IsDoubtful(usage, observed)));

    /// <summary>
    /// The provider's usage where there is one. Without it, for an answer that came or that the client left: the prompt as measured and
    /// the text received, counted where that was possible, else estimated. For a provider's failure, seen by the client or not: the same if
    /// an answer had begun, else nothing; and never the price per request.
    /// </summary>
    /// <param name="observed">What was seen of the answer.</param>
    /// <param name="measured">What was weighed before.</param>
    /// <param name="price">In force when the request began.</param>
    /// <param name="sent">Whether the provider got the whole request: before that nothing is due.</param>
    /// <param name="counted">Exact counts, where <see cref="NeedsCount"/> asked for them.</param>
    public static Bill Of(Observation observed, Measurement measured, ModelPrice price, bool sent, CountedText counted)
    {
        if (!IsDue(observed, sent))
        {
            return new Bill(default, UsageSource.Estimated, Charge.None);
        }

        var source = UsageSource.Provider;
        var received = counted.Received ?? Text.TextEstimate.Tokens(observed.Received);
        if (observed.Usage is not { } usage)
        {
            if (measured.Media is { } unknown)
            {
                (usage, source) = MediaBill.Estimate(observed, measured, unknown, price.Rates, counted);
                return new Bill(usage, source, ChargeOf(usage, observed.Outcome, price));
            }

            source = counted is { Prompt: not null, Received: not null } && !measured.AssumesSizes ? UsageSource.Counted : UsageSource.Estimated;
            usage = new Usage { PromptTokens = (counted.Prompt ?? measured.TextTokens) + measured.ImageTokens + measured.HistoryTokens, CompletionTokens = received };
        }
        else if (usage.CompletionTokens < received && IsDoubtful(usage, observed))
        {
            // No tokens for text that came, or a count from before the stream broke off.
            source = counted.Received is null ? UsageSource.Estimated : UsageSource.Counted;
            usage = usage with { CompletionTokens = received };
        }

        if (measured.Media is { } media)
        {
            usage = MediaBill.Complete(usage, media, observed);
        }

        if (usage.ImageInputTokens == 0)
        {
            usage = usage with { ImageInputTokens = Math.Min(measured.ImageTokens, usage.PromptTokens) };
        }

        return new Bill(usage, source, ChargeOf(usage, observed.Outcome, price));
    }

    /// <summary>What the limits are charged in the end: the tokens billed; of a verdict, which is billed without any, those that were measured.</summary>
    public long TokensOf(Measurement measured) =>
        measured.Media?.Kind == MediaKind.Moderation && Usage is { TotalTokens: 0, IsNothing: false } ? measured.PromptTokens : Usage.TotalTokens;

    /// <summary>
    /// What a request costs, from nothing but what its ledger row keeps, so that a bill can be computed again. Where nothing was
    /// used, nothing was due: whatever is due has a prompt, as every message weighs something and a provider's usage without one is not believed, or seconds, characters or images.
    /// Else usage times price, and the price per request unless the outcome is a failure.
    /// </summary>
    public static Charge ChargeOf(in Usage usage, AnswerOutcome outcome, ModelPrice price) =>
        usage.IsNothing ? Charge.None : Biller.Bill(usage, price, chargeRequest: !IsFailure(outcome));

    private static bool IsDue(Observation observed, bool sent) => sent && (observed.AnswerBegan || !IsFailure(observed.Outcome));

    private static bool IsFailure(AnswerOutcome outcome) => outcome is AnswerOutcome.UpstreamFailed or AnswerOutcome.TimedOut;

    private static bool IsDoubtful(in Usage usage, Observation observed) =>
        usage is { CompletionTokens: 0, Seconds: 0 } || observed is { ReadToEnd: false, Outcome: not AnswerOutcome.Completed };
}
