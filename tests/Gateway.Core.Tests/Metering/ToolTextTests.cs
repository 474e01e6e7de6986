using System.Text;
using Gateway.Core.Metering;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Metering;

public sealed class ToolTextTests
{
    [Fact]
    public void Functions_are_declared_as_typescript()
    {
        var text = Render(
            """
            [{"type":"function","function":{"name":"get_weather","description":"Says \"how\" it is","strict":true,"parameters":{
               "type":"object","required":["city"],"additionalProperties":false,"properties":{
                 "city":{"type":"string","description":"Where"},
                 "unit":{"type":"string","enum":["c","f"]},
                 "days":{"type":"integer","enum":[1,7],"minimum":1},
                 "tags":{"type":"array","items":{"type":"string"}},
                 "any":{"type":"array"},
                 "near":{"type":"object","description":"A place","required":["lat"],"properties":{"lat":{"type":"number","description":"North"},"deep":{"type":"object","properties":{"x":{"type":"boolean"}}}}},
                 "maybe":{"anyOf":[{"type":"string"},{"type":"null"}]}}}}},
             {"type":"function","function":{"name":"stop"}},
             {"type":"function","function":{"name":"go","parameters":{"type":"object","properties": { } }}}]
            """,
            out var exact);

        exact.ShouldBeTrue();
        text.ShouldBe(
            """
            namespace functions {

            // Says "how" it is
            type get_weather = (_: {
            // Where
            city: string,
            unit?: "c" | "f",
            days?: 1 | 7,
            tags?: string[],
            any?: any[],
            // A place
            near?: {
              lat: number,
              deep?: {
                x?: boolean,
            },
            },
            maybe?: string | null,
            }) => any;

            type stop = () => any;

            type go = () => any;

            } // namespace functions
            """);
    }

    [Theory]
    [InlineData("""{"$ref":"#/$defs/a"}""")]
    [InlineData("""{"oneOf":[{"type":"string"}]}""")]
    [InlineData("""{"type":["string","null"]}""")]
    [InlineData("""{"enum":["a"]}""")]
    [InlineData("""true""")]
    [InlineData("""{}""")]
    public void Schema_without_a_form_stands_there_as_its_json(string schema)
    {
        var text = Render($$"""[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{{schema}} } } } }]""", out var exact);

        exact.ShouldBeFalse();
        text.ShouldContain($"\na?: {schema},\n");
    }

    [Theory]
    [InlineData("""{"type":"custom","custom":{"name":"c"}}""")]
    [InlineData("7")]
    [InlineData("""{"type":"function","function":{"parameters":{}}}""")]
    public void Tool_that_is_no_function_stands_there_as_its_json(string tool)
    {
        Render($"[{tool}]", out var exact).ShouldContain(tool);

        exact.ShouldBeFalse();
    }

    [Fact]
    public void Deep_schema_ends_in_its_json()
    {
        var schema = """{"type":"string"}""";
        for (var i = 0; i < 40; i++)
        {
            schema = $$"""{"type":"array","items":{{schema}}}""";
        }

        Render($$"""[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{{schema}} } } } }]""", out var exact)
            .ShouldContain("\"items\"");

        exact.ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    public void No_tools_are_no_text(string tools)
    {
        var text = new ToolText();
        text.Add(Encoding.UTF8.GetBytes(tools));

        text.IsEmpty.ShouldBeTrue();
    }

    private static string Render(string tools, out bool exact)
    {
        var text = new ToolText();
        text.Add(Encoding.UTF8.GetBytes(tools));
        exact = text.IsExact;
        return Encoding.UTF8.GetString(text.Finish());
    }
}
