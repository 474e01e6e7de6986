using System.Text.RegularExpressions;
using Gateway.Keys;
using Microsoft.Extensions.Options;

namespace Gateway.Pipeline;

internal sealed partial class GatewayOptionsValidator(IConfiguration configuration) : IValidateOptions<GatewayOptions>
{
    private const long Least = 1024;
    private const long LargestBody = 1L << 30;

    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var failures = new List<string>();
        if (options.MaxBodyBytes is < Least or > LargestBody)
        {
            failures.Add($"{GatewayOptions.Section}:{nameof(GatewayOptions.MaxBodyBytes)} is {options.MaxBodyBytes}. Set it to bytes from {Least} to {LargestBody}, or leave it out for 134217728.");
        }

        if (options.MaxBufferedBytes < Least)
        {
            failures.Add($"{GatewayOptions.Section}:{nameof(GatewayOptions.MaxBufferedBytes)} is {options.MaxBufferedBytes}. Set it to {Least} bytes or more, or leave it out for 1073741824.");
        }

        if (!Prefix().IsMatch(options.PathPrefix))
        {
            failures.Add($"{GatewayOptions.Section}:{nameof(GatewayOptions.PathPrefix)} is '{options.PathPrefix}'. Set it to a path such as /v1 without a slash at its end, or to nothing.");
        }
        else if (InferencePaths.AreOfOperators(options.PathPrefix))
        {
            failures.Add($"{GatewayOptions.Section}:{nameof(GatewayOptions.PathPrefix)} is '{options.PathPrefix}', where the operator's own paths lie. Set it to another path such as /v1, or to nothing.");
        }

        foreach (var proxy in TrustedProxies.Of(configuration).Where(static proxy => !AddressRanges.TryParse(proxy, out _)))
        {
            failures.Add($"{TrustedProxies.Key} has '{proxy}'. Each entry must be an address such as 10.0.0.7 or a range such as 10.0.0.0/8; leave it out to trust none.");
        }

        foreach (var key in (ReadOnlySpan<string>)[CrossOrigin.Key, CrossOrigin.AdminKey])
        {
            failures.AddRange(SettingList.Of(configuration, key).Where(static origin => CrossOrigin.Problem(origin) is not null).Select(
                origin => $"{key} has '{origin}'. {CrossOrigin.Problem(origin)}"));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    [GeneratedRegex(@"\A(/[A-Za-z0-9_.-]+)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Prefix();
}
