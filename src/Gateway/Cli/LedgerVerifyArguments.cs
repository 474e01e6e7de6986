using System.Diagnostics.CodeAnalysis;
using Gateway.Admin;

namespace Gateway.Cli;

/// <summary>The arguments of <c>gateway ledger verify</c>.</summary>
/// <param name="Tenant">Its rows alone; null for all.</param>
/// <param name="From">The first instant.</param>
/// <param name="To">The instant behind the last.</param>
internal sealed record LedgerVerifyArguments(string? Tenant, DateTimeOffset? From, DateTimeOffset? To)
{
    public const string Usage = "gateway ledger verify [--from TIME] [--to TIME] [--tenant ID]   computes every amount and daily sum of the ledger again; exit code 1 where one differs, 3 where rows are not in the database yet";

    public static bool TryRead(ReadOnlySpan<string> args, [NotNullWhen(true)] out LedgerVerifyArguments? arguments, [NotNullWhen(false)] out string? mistake)
    {
        arguments = null;
        var read = new LedgerVerifyArguments(null, null, null);
        for (var i = 0; i < args.Length; i += 2)
        {
            var (name, value) = (args[i], i + 1 < args.Length ? args[i + 1] : null);
            switch (name)
            {
                case "--tenant" when value is { Length: > 0 } && read.Tenant is null:
                    read = read with { Tenant = value };
                    break;
                case "--from" when value is not null && read.From is null && AdminTime.TryParse(value, out var from):
                    read = read with { From = from };
                    break;
                case "--to" when value is not null && read.To is null && AdminTime.TryParse(value, out var to):
                    read = read with { To = to };
                    break;
                case "--from" or "--to" when value is not null:
                    mistake = $"{name} '{value}' is given twice or is wrong: {AdminTime.Rule}";
                    return false;
                default:
                    mistake = $"'{name}' is not known here, given twice, or lacks its value.";
                    return false;
            }
        }

        mistake = read.To <= read.From ? "--to must be later than --from." : null;
        arguments = mistake is null ? read : null;
        return mistake is null;
    }
}
