using System.Text;
using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Turn = Gateway.Core.Dialects.Gemini.GeminiRequestTurns.Turn;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// Translates tool calls and what came of them. OpenAI has arguments as a text and an answer under its call's id alone; the API wants both as
/// objects, and the answer under its function's name, which is looked up among the calls before.
/// </summary>
internal sealed class GeminiRequestCalls(string model, GeminiRequestTurns turns, GeminiRequestBody contents)
{
    private readonly bool _wantsSignatures = GeminiModelName.ThinksByLevel(model);
    private Dictionary<string, ReadOnlyMemory<byte>>? _names;

    /// <param name="calls">The value of <c>tool_calls</c>; empty where absent.</param>
    /// <param name="at">The message's path.</param>
    public GatewayError? Write(ReadOnlyMemory<byte> calls, string at)
    {
        switch (GeminiRequestJson.KindOf(calls.Span))
        {
            case JsonTokenType.None:
                return null;
            case JsonTokenType.StartArray:
                break;
            case var kind:
                return GatewayError.InvalidType($"{at}.tool_calls", "an array of objects", JsonKind.Describe(kind));
        }

        var reader = new Utf8JsonReader(calls.Span, GeminiRequestJson.Options);
        reader.Read();
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var start = (int)reader.TokenStartIndex;
            var kind = reader.TokenType;
            reader.Skip();
            var here = $"{at}.tool_calls[{index}]";
            var error = kind == JsonTokenType.StartObject
                ? WriteCall(calls[start..(int)reader.BytesConsumed], index == 0, here)
                : GatewayError.InvalidType(here, "an object", JsonKind.Describe(kind));
            if (error is not null)
            {
                return error;
            }
        }

        return null;
    }

    /// <param name="id">The value of <c>tool_call_id</c>; empty where absent.</param>
    /// <param name="text">What the tool said, as a JSON string; empty where nothing.</param>
    /// <param name="at">The message's path.</param>
    public GatewayError? WriteResponse(ReadOnlyMemory<byte> id, ReadOnlyMemory<byte> text, string at)
    {
        at += ".tool_call_id";
        if (GeminiRequestJson.KindOf(id.Span) is not JsonTokenType.String and var kind)
        {
            return kind == JsonTokenType.None ? GatewayError.MissingParameter(at) : GatewayError.InvalidType(at, "a string", JsonKind.Describe(kind));
        }

        if (_names is null || JsonText.Unquote(id.Span) is not { } key || !_names.TryGetValue(key, out var name))
        {
            return GatewayError.InvalidValue(at, "expected the id of a tool call in an assistant message before this one.");
        }

        turns.BeginPart(Turn.Tool);
        contents.Write("{\"functionResponse\":{\"id\":"u8);
        contents.Refer(id);
        contents.Write(",\"name\":"u8);
        contents.Refer(name);
        contents.Write(",\"response\":"u8);
        if (text.Length > 2 && GeminiRequestJson.Unescape(text) is { } said && GeminiRequestJson.IsObject(said.Span))
        {
            contents.Refer(said);
        }
        else
        {
            contents.Write("{\"result\":"u8);
            contents.Refer(text.IsEmpty ? GeminiRequestPart.EmptyText : text);
            contents.Write("}"u8);
        }

        contents.Write("}}"u8);
        return null;
    }

    private GatewayError? WriteCall(ReadOnlyMemory<byte> call, bool first, string at)
    {
        var type = GeminiRequestJson.Find(call, "type"u8);
        if (!type.IsEmpty && !GeminiRequestJson.Is(type, "function"))
        {
            return GatewayError.InvalidValue($"{at}.type", "expected 'function': this model knows no other tools.");
        }

        var id = GeminiRequestJson.Find(call, "id"u8);
        var function = GeminiRequestJson.Find(call, "function"u8);
        var name = GeminiRequestJson.Find(function, "name"u8);
        if ((Once(call, "id", at) ?? Once(call, "function", at) ?? Text(id, $"{at}.id") ?? Text(name, $"{at}.function.name")
            ?? Once(function, "name", $"{at}.function") ?? Once(function, "arguments", $"{at}.function")) is { } error)
        {
            return error;
        }

        if (JsonText.Unquote(id.Span) is not { } key)
        {
            return GatewayError.InvalidValue($"{at}.id", "expected text.");
        }

        if (!TryReadArguments(GeminiRequestJson.Find(function, "arguments"u8), out var arguments))
        {
            return GatewayError.InvalidValue($"{at}.function.arguments", "expected a JSON object, as text.");
        }

        (_names ??= new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal))[key] = name;
        turns.BeginPart(Turn.Model);
        contents.Write("{\"functionCall\":{\"id\":"u8);
        contents.Refer(id);
        contents.Write(",\"name\":"u8);
        contents.Refer(name);
        contents.Write(",\"args\":"u8);
        contents.Refer(arguments);
        contents.Write("}"u8);
        WriteSignature(GeminiRequestSignature.Find(GeminiRequestJson.Find(call, "extra_content"u8)), first);
        contents.Write("}"u8);
        return null;
    }

    /// <summary>Of several calls made at once only the first is signed.</summary>
    private void WriteSignature(ReadOnlyMemory<byte> signature, bool first)
    {
        if (signature.IsEmpty && !(first && _wantsSignatures))
        {
            return;
        }

        contents.Write(",\"thoughtSignature\":"u8);
        if (signature.IsEmpty)
        {
            contents.Write(GeminiRequestSignature.Unknown);
        }
        else
        {
            contents.Refer(signature);
        }
    }

    private static bool TryReadArguments(ReadOnlyMemory<byte> json, out ReadOnlyMemory<byte> arguments)
    {
        arguments = default;
        switch (GeminiRequestJson.KindOf(json.Span))
        {
            case JsonTokenType.None:
                arguments = "{}"u8.ToArray();
                return true;
            case JsonTokenType.String when GeminiRequestJson.Unescape(json) is { } text:
                // A function without parameters is often called with nothing at all.
                arguments = text.Span.Trim(" \t\r\n"u8).IsEmpty ? "{}"u8.ToArray() : text;
                return GeminiRequestJson.IsObject(arguments.Span);
            default:
                return false;
        }
    }

    private static GatewayError? Text(ReadOnlyMemory<byte> json, string at) => GeminiRequestJson.KindOf(json.Span) switch
    {
        JsonTokenType.String when json.Length > 2 => null,
        JsonTokenType.None => GatewayError.MissingParameter(at),
        JsonTokenType.String => GatewayError.InvalidValue(at, "expected a text that is not empty."),
        var kind => GatewayError.InvalidType(at, "a string", JsonKind.Describe(kind)),
    };

    private static GatewayError? Once(ReadOnlyMemory<byte> json, string name, string at) =>
        GeminiRequestJson.KindOf(json.Span) == JsonTokenType.StartObject && GeminiRequestJson.IsTwice(json.Span, Encoding.UTF8.GetBytes(name))
            ? GatewayError.DuplicateKey($"{at}.{name}")
            : null;
}
