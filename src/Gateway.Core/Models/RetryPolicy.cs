namespace Gateway.Core.Models;

/// <summary>How often, and how soon, a request of one model is sent again after a failure that another attempt may mend.</summary>
public sealed record RetryPolicy
{
    public static readonly RetryPolicy Default = new();

    /// <summary>Requests to deployments of the model, in all: 1 to 10. Another key of the same provider is no further request.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>How many of them may go to deployments that failed before, once every other was asked: 0 to 9.</summary>
    public int SameDeployment { get; init; }

    /// <summary>The longest wait before the second request; it doubles for each one more. The wait itself is drawn between nothing and this.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(100);
}
