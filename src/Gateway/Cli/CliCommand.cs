using System.Text.Json.Nodes;
using Gateway.Core.Errors;

namespace Gateway.Cli;

/// <summary>A command that works on the configured store as the admin API does.</summary>
/// <param name="Name">Its words: <c>keys rotate</c>.</param>
/// <param name="Operands">What must follow, in capitals.</param>
/// <param name="Options">With their dashes; each takes a value.</param>
/// <param name="Does">A clause for the help.</param>
/// <param name="RunAsync">Gives what is to be printed, in the admin API's form; null where <see cref="WriteAsync"/> prints.</param>
internal sealed record CliCommand(
    string Name,
    IReadOnlyList<string> Operands,
    IReadOnlyList<string> Options,
    string Does,
    Func<CliStore, CliArguments, CancellationToken, Task<Outcome<JsonNode>>>? RunAsync)
{
    public const string ExitCodes = "Exit code 0 = done, 1 = refused, 2 = cannot run.";

    /// <summary>Prints by itself, as it comes, what is no object of the admin API's; what stands against it otherwise.</summary>
    public Func<CliStore, CliArguments, TextWriter, CancellationToken, Task<GatewayError?>>? WriteAsync { get; init; }

    /// <summary>Whether a script may ask for the object instead of lines for the eye.</summary>
    public bool HasJson => WriteAsync is null;

    private int OptionWidth => Options.Append(CliArguments.JsonFlag).Max(option => option.Length + (option == CliArguments.JsonFlag ? 0 : CliOption.Of(option).Value.Length + 1));

    /// <summary>Those of the options that must be there.</summary>
    public IReadOnlyList<string> Needed { get; init; } = [];

    /// <summary>As it may be typed.</summary>
    public required string Example { get; init; }

    /// <summary>All that there is to know of it.</summary>
    public string Help => string.Join(
        Environment.NewLine,
        [
            Usage,
            $"    {Does}",
            "",
            .. Options.Select(option => $"  {$"{option} {CliOption.Of(option).Value}".PadRight(OptionWidth)}  {CliOption.Of(option).Means}"),
            .. HasJson ? (string[])[$"  {CliArguments.JsonFlag.PadRight(OptionWidth)}  prints what the admin API would answer"] : [],
            "",
            $"Example: {Example}",
            ExitCodes,
        ]);

    public string Usage =>
        $"gateway {Name}{string.Concat(Operands.Select(operand => $" {operand}"))}{string.Concat(Options.Select(UsageOf))}{(HasJson ? $" [{CliArguments.JsonFlag}]" : "")}";

    private string UsageOf(string option) => Needed.Contains(option, StringComparer.Ordinal) ? $" {option} {CliOption.Of(option).Value}" : $" [{option} {CliOption.Of(option).Value}]";
}
