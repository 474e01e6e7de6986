using System.Text.Json.Nodes;
using Gateway.Backends.Tests.Storage;
using Gateway.Cli;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

/// <summary>The command line does what the admin API does, under the same names: each operation of the OpenAPI document has a command that takes the same.</summary>
public sealed class CommandTableTests
{
    /// <summary>Null where the process that serves knows alone what is asked for.</summary>
    private static readonly Dictionary<string, string?> Table = new()
    {
        ["GET /admin/openapi.json"] = null,
        ["POST /admin/v1/tenants"] = "tenants create",
        ["GET /admin/v1/tenants"] = "tenants list",
        ["GET /admin/v1/tenants/{id}"] = "tenants show",
        ["PATCH /admin/v1/tenants/{id}"] = "tenants update",
        ["DELETE /admin/v1/tenants/{id}"] = "tenants delete",
        ["POST /admin/v1/tenants/{id}/keys"] = "keys create",
        ["GET /admin/v1/tenants/{id}/keys"] = "keys list",
        ["GET /admin/v1/keys/{id}"] = "keys show",
        ["PATCH /admin/v1/keys/{id}"] = "keys update",
        ["POST /admin/v1/keys/{id}/rotate"] = "keys rotate",
        ["DELETE /admin/v1/keys/{id}"] = "keys revoke",
        ["POST /admin/v1/tenants/{id}/credits"] = "credits add",
        ["GET /admin/v1/tenants/{id}/credits"] = "credits list",
        ["GET /admin/v1/tenants/{id}/balance"] = "credits balance",
        ["POST /admin/v1/ledger/{requestId}/refund"] = "ledger refund",
        ["GET /admin/v1/ledger"] = "ledger list",
        ["GET /admin/v1/usage"] = "usage",
        ["GET /admin/v1/limits"] = null,
        ["GET /admin/v1/providers"] = null,
        ["GET /admin/v1/audit"] = "audit",
    };

    [Fact]
    public async Task Every_operation_has_a_command_that_takes_the_same_by_the_same_names()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);
        var document = await node.DescribeAsync();

        document.Operations.Select(operation => operation.Name).ShouldBe(Table.Keys, ignoreOrder: true);
        StoreCommands.All.Where(command => command.HasJson).Select(command => command.Name).ShouldBe(Table.Values.OfType<string>(), ignoreOrder: true);
        foreach (var (name, _, path, said) in document.Operations.Where(operation => Table[operation.Name] is not null))
        {
            var command = StoreCommands.All.Single(known => known.Name == Table[name]);
            var ids = path.Count(c => c == '{');
            var fields = AdminDescription.BodyOf(said) is { } body ? document.Resolve(body["schema"]!) : [];
            var parameters = (said["parameters"]?.AsArray() ?? []).Where(parameter => (string?)parameter!["in"] != "path").Select(NameOf);
            var required = (fields["required"]?.AsArray() ?? []).Select(field => (string)field!);

            command.Operands.Skip(ids).Select(operand => operand.ToLowerInvariant()).Concat(command.Options.Select(FieldOf))
                .ShouldBe((fields["properties"]?.AsObject() ?? []).Select(field => field.Key).Concat(parameters), ignoreOrder: true, name);
            command.Operands.Skip(ids).Select(operand => operand.ToLowerInvariant()).Concat(command.Needed.Select(FieldOf)).ShouldBe(required, ignoreOrder: true, name);
        }
    }

    [Fact]
    public void What_the_admin_API_gives_as_CSV_has_a_command_of_its_own_with_the_same_filter()
    {
        var export = StoreCommands.All.Single(command => !command.HasJson);

        export.Name.ShouldBe("ledger export");
        export.Options.ShouldBe(StoreCommands.All.Single(command => command.Name == "ledger list").Options.Except(CliPages.Options));
    }

    [Fact]
    public void Every_command_explains_its_options_and_shows_itself()
    {
        foreach (var command in StoreCommands.All)
        {
            var help = command.Help;
            foreach (var option in command.Options)
            {
                CliOption.Of(option).Means.ShouldNotBeEmpty(option);
                help.ShouldContain(CliOption.Of(option).Means);
            }

            command.Example.ShouldStartWith($"gateway {command.Name}");
            help.ShouldContain(command.Example);
            help.ShouldContain("Exit code 0 = done, 1 = refused, 2 = cannot run.");
            ExampleArgumentsOf(command).ShouldBeNull(command.Example);
        }
    }

    /// <summary>What is wrong with a command's example as it is typed, or null.</summary>
    private static string? ExampleArgumentsOf(CliCommand command)
    {
        var typed = System.Text.RegularExpressions.Regex.Matches(command.Example[$"gateway {command.Name}".Length..], "'([^']*)'|(\\S+)")
            .Select(match => match.Value.Trim('\'')).ToArray();
        CliArguments.TryRead(typed, command, out _, out var mistake);
        return mistake;
    }

    private static string NameOf(JsonNode? parameter) => ((string)parameter!["name"]!).ToLowerInvariant().Replace('-', '_');

    private static string FieldOf(string option) => option[2..].Replace('-', '_');
}
