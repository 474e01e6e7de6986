using Microsoft.Extensions.Options;

namespace Gateway.Files;

/// <summary>By hand, as a message names the value that it refuses.</summary>
internal sealed class FilesOptionsValidator : IValidateOptions<FilesOptions>
{
    public ValidateOptionsResult Validate(string? name, FilesOptions options)
    {
        var failures = new List<string>();
        if (options.MaxBytesPerTenant < 1)
        {
            failures.Add($"{FilesOptions.Section}:{nameof(FilesOptions.MaxBytesPerTenant)} is {options.MaxBytesPerTenant}. Set it to 1 byte or more, or leave it out for 1073741824.");
        }

        if (options.MaxFilesPerTenant < 1)
        {
            failures.Add($"{FilesOptions.Section}:{nameof(FilesOptions.MaxFilesPerTenant)} is {options.MaxFilesPerTenant}. Set it to 1 file or more, or leave it out for 10000.");
        }

        if (options.ExpireAfter is { } text && !FileLifetime.TryParse(text, out _))
        {
            failures.Add($"{FilesOptions.Section}:{nameof(FilesOptions.ExpireAfter)} is '{text}'. Set it to a time from 1m to 3650d, such as 12h or 30d, or leave it out to keep files until they are deleted.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
