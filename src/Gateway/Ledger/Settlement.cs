using Gateway.Core.Callers;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;

namespace Gateway.Ledger;

/// <summary>
/// The pipeline's last stage: the bill becomes a row, and the row durable. The client's cancellation has no part in it: what was used
/// is owed, whoever is still there.
/// </summary>
internal sealed class Settlement(LedgerWriter ledger)
{
    /// <inheritdoc cref="LedgerWriter.IsDown"/>
    public bool IsDown => ledger.IsDown;

    /// <inheritdoc cref="LedgerWriter.IsSpooling"/>
    public bool IsSpooling => ledger.IsSpooling;

    /// <inheritdoc cref="LedgerWriter.Expect"/>
    public ExpectedRow Expect() => ledger.Expect();

    public ValueTask CommitAsync(SettledRequest request, Bill bill)
    {
        var usage = bill.Usage;
        var deployment = request.Target.Deployment;
        return ledger.CommitAsync(
            new LedgerEntry
            {
                RequestId = request.RequestId,
                At = request.At,
                TenantId = request.Caller.Tenant,
                KeyId = request.Caller.Key,
                Endpoint = request.Endpoint,
                Model = request.Target.Card.Id,
                Provider = deployment.Provider.Name,
                UpstreamModel = deployment.Model,
                Stream = request.Stream,
                Status = request.Observation.Status,
                Outcome = request.Observation.Outcome,
                PromptTokens = usage.PromptTokens,
                CachedTokens = usage.CachedTokens,
                ImageTokens = usage.ImageInputTokens,
                ImageTokensEstimated = request.Measurement.ImageTokens,
                AudioInputTokens = usage.AudioInputTokens,
                CacheWriteTokens = usage.CacheWriteTokens,
                CompletionTokens = usage.CompletionTokens,
                ReasoningTokens = usage.ReasoningTokens,
                AudioOutputTokens = usage.AudioOutputTokens,
                ImageOutputTokens = usage.ImageOutputTokens,
                Images = request.Measurement.Images.Count,
                OutputImages = usage.OutputImages,
                Seconds = usage.Seconds,
                Characters = usage.Characters,
                EndUser = request.EndUser,
                Tags = request.Tags,
                UsageSource = bill.Source,
                Price = request.Target.Price.Json,
                Amount = bill.Charge.Amount,
                ListAmount = bill.Charge.ListAmount,
                LatencyMs = (long)request.Latency.TotalMilliseconds,
                FirstTokenMs = request.Observation.FirstTokenMs,
                TraceId = request.TraceId,
                Prepaid = request.Caller.Mode == BillingMode.Prepaid,
            },
            request.Completion,
            CancellationToken.None);
    }
}
