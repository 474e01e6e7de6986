using Microsoft.Extensions.Options;

namespace Gateway.Forwarding;

internal sealed class KeepAliveOptionsValidator : IValidateOptions<KeepAliveOptions>
{
    private const int LeastMs = 10;
    private const int MostMs = 600_000;

    public ValidateOptionsResult Validate(string? name, KeepAliveOptions options)
    {
        var failures = new List<string>();
        Check(nameof(KeepAliveOptions.FirstAfterMs), options.FirstAfterMs, 30_000);
        Check(nameof(KeepAliveOptions.IntervalMs), options.IntervalMs, 15_000);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string key, int value, int usual)
        {
            if (value is < LeastMs or > MostMs)
            {
                failures.Add($"{KeepAliveOptions.Section}:{key} is {value}. Set it to milliseconds from {LeastMs} to {MostMs}, or leave it out for {usual}.");
            }
        }
    }
}
