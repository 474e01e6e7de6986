using Microsoft.Extensions.Options;

namespace Gateway.Images;

internal sealed class ImageFetchOptionsValidator : IValidateOptions<ImageFetchOptions>
{
    private const int MostAtOnce = 1024;
    private const int MostWaiting = 100_000;
    private const int MostCached = 1_000_000;

    public ValidateOptionsResult Validate(string? name, ImageFetchOptions options)
    {
        var faults = new List<string>();
        Check(nameof(options.MaxAtOnce), options.MaxAtOnce, 1, MostAtOnce);
        Check(nameof(options.MaxAtOncePerTenant), options.MaxAtOncePerTenant, 1, MostAtOnce);
        Check(nameof(options.MaxWaiting), options.MaxWaiting, 0, MostWaiting);
        Check(nameof(options.MaxWaitingPerTenant), options.MaxWaitingPerTenant, 0, MostWaiting);
        Check(nameof(options.MaxCached), options.MaxCached, 0, MostCached);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(string key, int value, int least, int most)
        {
            if (value < least || value > most)
            {
                faults.Add($"{ImageFetchOptions.Section}:{key} is {value}. Set it to a number from {least} to {most}.");
            }
        }
    }
}
