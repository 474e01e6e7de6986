using System.Text.Json.Nodes;
using Gateway.Core.Errors;
using Gateway.Keys;

namespace Gateway.Cli;

/// <summary>A command that works on the configured store as the admin API does.</summary>
/// <param name="Name">Its words: <c>keys rotate</c>.</param>
/// <param name="Operands">What must follow, in capitals.</param>
/// <param name="Options">With their dashes; each takes a value.</param>
/// <param name="Does">A clause for the help.</param>
/// <param name="RunAsync">Gives what is to be printed, in the admin API's form.</param>
internal sealed record CliCommand(
    string Name,
    IReadOnlyList<string> Operands,
    IReadOnlyList<string> Options,
    string Does,
    Func<CliStore, CliArguments, CancellationToken, Task<Outcome<JsonNode>>> RunAsync)
{
    /// <summary>Those of the options that must be there.</summary>
    public IReadOnlyList<string> Needed { get; init; } = [];

    public string Usage =>
        $"gateway {Name}{string.Concat(Operands.Select(operand => $" {operand}"))}{string.Concat(Options.Select(UsageOf))} [{CliArguments.JsonFlag}]";

    private string UsageOf(string option) => Needed.Contains(option, StringComparer.Ordinal) ? $" {option} {Placeholder(option)}" : $" [{option} {Placeholder(option)}]";

    private static string Placeholder(string option) => option switch
    {
        "--limits" => "JSON",
        "--monthly-budget" or "--amount" => "USD",
        "--from" or "--to" or "--expires-at" => "TIME",
        "--limit" => "N",
        "--grace" => "24h",
        "--allowed-models" => "MODEL,MODEL*",
        "--allowed-ips" => "ADDRESS,CIDR",
        "--group-by" => "day,model,key,tenant",
        "--idempotency-key" => "KEY",
        "--mode" => $"{BillingText.Postpaid}|{BillingText.Prepaid}",
        "--disconnect" => $"{DisconnectText.Drain}|{DisconnectText.Cancel}",
        "--role" => $"{RoleText.Member}|{RoleText.Viewer}|{RoleText.Admin}|{RoleText.Owner}",
        _ => option[2..].ToUpperInvariant(),
    };
}
