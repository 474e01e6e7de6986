using Microsoft.Extensions.Options;

namespace Gateway.Forwarding;

internal sealed class DisconnectOptionsValidator : IValidateOptions<DisconnectOptions>
{
    private const int LongestSeconds = 600;
    private const int MostTokens = 1_000_000;

    public ValidateOptionsResult Validate(string? name, DisconnectOptions options)
    {
        var failures = new List<string>();
        if (options.DrainSeconds is < 1 or > LongestSeconds)
        {
            failures.Add($"{DisconnectOptions.Section}:{nameof(DisconnectOptions.DrainSeconds)} is {options.DrainSeconds}. Set it to seconds from 1 to {LongestSeconds}, or leave it out for 60. Tenants that are not to be drained have \"disconnect\": \"cancel\".");
        }

        if (options.DrainTokens is < 1 or > MostTokens)
        {
            failures.Add($"{DisconnectOptions.Section}:{nameof(DisconnectOptions.DrainTokens)} is {options.DrainTokens}. Set it to tokens from 1 to {MostTokens}, or leave it out for 4096. Tenants that are not to be drained have \"disconnect\": \"cancel\".");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
