using System.Text.Json.Nodes;
using Gateway.Core.Errors;

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
    public string Usage =>
        $"gateway {Name}{string.Concat(Operands.Select(operand => $" {operand}"))}{string.Concat(Options.Select(option => $" [{option} {Placeholder(option)}]"))} [{CliArguments.JsonFlag}]";

    private static string Placeholder(string option) => option switch
    {
        "--limits" => "JSON",
        "--monthly-budget" or "--amount" => "USD",
        "--from" or "--to" or "--expires-at" => "TIME",
        "--limit" => "N",
        "--grace" => "24h",
        "--allowed-models" or "--allowed-ips" or "--group-by" => "A,B",
        _ => option[2..].ToUpperInvariant(),
    };
}
