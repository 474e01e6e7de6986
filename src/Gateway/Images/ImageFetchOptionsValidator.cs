using Microsoft.Extensions.Options;

namespace Gateway.Images;

internal sealed class ImageFetchOptionsValidator : IValidateOptions<ImageFetchOptions>
{
    private const int MostAtOnce = 1024;
    private const int MostWaiting = 100_000;
    private const int MostCached = 1_000_000;
    private const int MostSeconds = 300;
    private const long LeastBytes = 1 << 20;
    private const long MostBytesPerRequest = 1 << 30;
    private const long MostBytes = 64L << 30;

    public ValidateOptionsResult Validate(string? name, ImageFetchOptions options)
    {
        var faults = new List<string>();
        Check(nameof(options.MaxAtOnce), options.MaxAtOnce, 1, MostAtOnce);
        Check(nameof(options.MaxAtOncePerTenant), options.MaxAtOncePerTenant, 1, MostAtOnce);
        Check(nameof(options.MaxWaiting), options.MaxWaiting, 0, MostWaiting);
        Check(nameof(options.MaxWaitingPerTenant), options.MaxWaitingPerTenant, 0, MostWaiting);
        Check(nameof(options.MaxCached), options.MaxCached, 0, MostCached);
        Check(nameof(options.DownloadSeconds), options.DownloadSeconds, 1, MostSeconds);
        Check(nameof(options.MaxInlinedBytesPerRequest), options.MaxInlinedBytesPerRequest, LeastBytes, MostBytesPerRequest);
        Check(nameof(options.MaxInlinedBytes), options.MaxInlinedBytes, LeastBytes, MostBytes);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(string key, long value, long least, long most)
        {
            if (value < least || value > most)
            {
                faults.Add($"{ImageFetchOptions.Section}:{key} is {value}. Set it to a number from {least} to {most}.");
            }
        }
    }
}
