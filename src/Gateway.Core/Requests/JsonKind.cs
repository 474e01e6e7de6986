using System.Text.Json;

namespace Gateway.Core.Requests;

/// <summary>What a JSON value is, in the words of OpenAI's type errors.</summary>
internal static class JsonKind
{
    public static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "something else",
    };
}
