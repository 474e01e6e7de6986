using Microsoft.Extensions.Options;

namespace Gateway.Idempotency;

/// <summary>By hand, as a message names the value that it refuses.</summary>
internal sealed class IdempotencyOptionsValidator : IValidateOptions<IdempotencyOptions>
{
    private const int LongestHours = 720;
    private const int LargestAnswer = 64 << 20;

    public ValidateOptionsResult Validate(string? name, IdempotencyOptions options)
    {
        var failures = new List<string>();
        if (options.KeepHours is < 1 or > LongestHours)
        {
            failures.Add($"{IdempotencyOptions.Section}:{nameof(IdempotencyOptions.KeepHours)} is {options.KeepHours}. Set it to hours from 1 to {LongestHours}, or leave it out for 24.");
        }

        if (options.MaxAnswerBytes is < 0 or > LargestAnswer)
        {
            failures.Add($"{IdempotencyOptions.Section}:{nameof(IdempotencyOptions.MaxAnswerBytes)} is {options.MaxAnswerBytes}. Set it to bytes from 0 to {LargestAnswer}, or leave it out for 1048576.");
        }

        if (options.MaxTenantBytes < 0)
        {
            failures.Add($"{IdempotencyOptions.Section}:{nameof(IdempotencyOptions.MaxTenantBytes)} is {options.MaxTenantBytes}. Set it to 0 bytes or more, or leave it out for 104857600.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
