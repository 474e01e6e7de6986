using Microsoft.Extensions.Options;

namespace Gateway.Pipeline;

internal sealed class ShutdownOptionsValidator : IValidateOptions<ShutdownOptions>
{
    private const int LongestDelay = 300;
    private const int LongestGrace = 3600;

    public ValidateOptionsResult Validate(string? name, ShutdownOptions options)
    {
        var failures = new List<string>();
        if (options.ShutdownDelaySeconds is < 0 or > LongestDelay)
        {
            failures.Add($"{ShutdownOptions.Section}:{nameof(ShutdownOptions.ShutdownDelaySeconds)} is {options.ShutdownDelaySeconds}. Set it to seconds from 0 to {LongestDelay}, or leave it out for 0.");
        }

        if (options.ShutdownGraceSeconds is < 1 or > LongestGrace)
        {
            failures.Add($"{ShutdownOptions.Section}:{nameof(ShutdownOptions.ShutdownGraceSeconds)} is {options.ShutdownGraceSeconds}. Set it to seconds from 1 to {LongestGrace}, or leave it out for 30.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
