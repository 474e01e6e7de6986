using Microsoft.Extensions.Options;

namespace Gateway.Ledger;

/// <summary>By hand, as a message names the value that it refuses.</summary>
internal sealed class LedgerOptionsValidator : IValidateOptions<LedgerOptions>
{
    private const long LeastSpool = 1L << 20;
    private const int LeastDays = 1;
    private const int MostDays = 36_500;
    private const long LargestSpool = 1L << 40;

    public ValidateOptionsResult Validate(string? name, LedgerOptions options)
    {
        var failures = new List<string>();
        if (LedgerOptions.ToDurability(options.Durability) is null)
        {
            failures.Add($"{LedgerOptions.Section}:{nameof(LedgerOptions.Durability)} is '{options.Durability}'. Set it to 'committed' or 'buffered', or leave it out for 'committed'.");
        }

        if (LedgerOptions.ToOutagePolicy(options.WhenDatabaseIsDown) is null)
        {
            failures.Add($"{LedgerOptions.Section}:{nameof(LedgerOptions.WhenDatabaseIsDown)} is '{options.WhenDatabaseIsDown}'. Set it to 'refuse' or 'spool', or leave it out for 'refuse'.");
        }

        if (options.MaxSpoolBytes is < LeastSpool or > LargestSpool)
        {
            failures.Add($"{LedgerOptions.Section}:{nameof(LedgerOptions.MaxSpoolBytes)} is {options.MaxSpoolBytes}. Set it to bytes from {LeastSpool} to {LargestSpool}, or leave it out for 1073741824.");
        }

        if (options.RetentionDays is < LeastDays or > MostDays)
        {
            failures.Add($"{LedgerOptions.Section}:{nameof(LedgerOptions.RetentionDays)} is {options.RetentionDays}. Set it to days from {LeastDays} to {MostDays}, or leave it out to keep all rows.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
