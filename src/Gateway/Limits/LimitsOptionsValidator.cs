using Microsoft.Extensions.Options;

namespace Gateway.Limits;

internal sealed class LimitsOptionsValidator : IValidateOptions<LimitsOptions>
{
    private const int Shortest = 10;
    private const int Longest = 5_000;

    public ValidateOptionsResult Validate(string? name, LimitsOptions options) =>
        options.RedisTimeoutMs is >= Shortest and <= Longest
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{LimitsOptions.Section}:{nameof(LimitsOptions.RedisTimeoutMs)} is {options.RedisTimeoutMs}. Set it to milliseconds from {Shortest} to {Longest}.");
}
