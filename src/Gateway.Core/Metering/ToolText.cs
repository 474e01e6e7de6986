using System.Buffers;
using System.Text.Json;
using Gateway.Core.Text;

namespace Gateway.Core.Metering;

/// <summary>
/// Tools as OpenAI puts them to the model: the declarations of TypeScript functions in a namespace, descriptions as comments. A schema that
/// has no such form (references, unions other than <c>anyOf</c>, no type) stands there as its JSON text, and the whole is not exact.
/// </summary>
internal sealed class ToolText
{
    // Each level is read once more by every level above it.
    private const int Deepest = 16;
    private const int DescribedBelow = 2;

    private readonly ArrayBufferWriter<byte> _text = new();

    public bool IsEmpty => _text.WrittenCount == 0;

    public bool IsExact { get; private set; } = true;

    /// <param name="tools">The JSON of <c>tools</c> or <c>functions</c>: an array, or anything else that counts as its own text. May be empty.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">A string in it is no text.</exception>
    public void Add(ReadOnlySpan<byte> tools)
    {
        var reader = new Utf8JsonReader(tools);
        if (tools.IsEmpty || !reader.Read() || reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Begin();
            Raw(tools);
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Begin();
            Tool(Value(ref reader, tools));
        }
    }

    /// <summary>Closes the namespace.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        _text.Write("} // namespace functions"u8);
        return _text.WrittenSpan;
    }

    private void Begin()
    {
        if (IsEmpty)
        {
            _text.Write("namespace functions {\n\n"u8);
        }
    }

    private void Tool(ReadOnlySpan<byte> tool)
    {
        if (!IsObject(tool))
        {
            Raw(tool);
            return;
        }

        var outer = Read(tool);
        var function = tool[outer.Function];
        var inner = IsObject(function) ? Read(function) : outer;
        function = IsObject(function) ? function : tool;
        if (!IsString(function[inner.Name]))
        {
            Raw(tool);
            return;
        }

        if (IsString(function[inner.Description]))
        {
            Comment(function[inner.Description], indent: 0);
        }

        _text.Write("type "u8);
        String(function[inner.Name]);
        var parameters = function[inner.Parameters];
        if (!IsObject(parameters))
        {
            // Absent or null; anything else is no schema.
            IsExact &= parameters.IsEmpty || parameters[0] == 'n';
            _text.Write(" = () => any;\n\n"u8);
            return;
        }

        var schema = Read(parameters);
        if (!HasProperties(parameters[schema.Properties]) && schema.IsPlain)
        {
            _text.Write(" = () => any;\n\n"u8);
            return;
        }

        _text.Write(" = (_: {\n"u8);
        if (schema.IsPlain)
        {
            Properties(parameters, schema, indent: 0, depth: 0);
        }
        else
        {
            Raw(parameters);
        }

        _text.Write("\n}) => any;\n\n"u8);
    }

    private void Properties(ReadOnlySpan<byte> parent, Keys keys, int indent, int depth)
    {
        var properties = parent[keys.Properties];
        if (!IsObject(properties))
        {
            IsExact &= properties.IsEmpty;
            return;
        }

        var required = Names(parent[keys.Required]);
        var reader = new Utf8JsonReader(properties);
        reader.Read();
        for (var isFirst = true; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; isFirst = false)
        {
            if (!isFirst)
            {
                _text.Write("\n"u8);
            }

            var name = reader.ValueSpan;
            var isRequired = required.Contains(reader.GetString()!);
            reader.Read();
            var schema = Value(ref reader, properties);
            var inner = IsObject(schema) ? Read(schema) : default;
            if (indent < DescribedBelow && IsString(schema[inner.Description]))
            {
                Comment(schema[inner.Description], indent);
            }

            Indent(indent);
            Unescape(name);
            _text.Write(isRequired ? ": "u8 : "?: "u8);
            Type(schema, inner, indent, depth + 1);
            _text.Write(","u8);
        }
    }

    private void Type(ReadOnlySpan<byte> schema, Keys keys, int indent, int depth)
    {
        if (!keys.IsPlain || depth > Deepest)
        {
            Raw(schema);
            return;
        }

        var anyOf = schema[keys.AnyOf];
        if (IsArray(anyOf))
        {
            var reader = new Utf8JsonReader(anyOf);
            reader.Read();
            for (var isFirst = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; isFirst = false)
            {
                _text.Write(isFirst ? ""u8 : " | "u8);
                var one = Value(ref reader, anyOf);
                Type(one, IsObject(one) ? Read(one) : default, indent, depth + 1);
            }

            return;
        }

        var type = schema[keys.Type];
        if (type.SequenceEqual("\"string\""u8))
        {
            EnumOr("string"u8, schema[keys.Enum]);
        }
        else if (type.SequenceEqual("\"number\""u8) || type.SequenceEqual("\"integer\""u8))
        {
            EnumOr("number"u8, schema[keys.Enum]);
        }
        else if (type.SequenceEqual("\"boolean\""u8) || type.SequenceEqual("\"null\""u8))
        {
            _text.Write(type[1..^1]);
        }
        else if (type.SequenceEqual("\"array\""u8))
        {
            var items = schema[keys.Items];
            if (items.IsEmpty)
            {
                _text.Write("any"u8);
            }
            else
            {
                Type(items, IsObject(items) ? Read(items) : default, indent, depth + 1);
            }

            _text.Write("[]"u8);
        }
        else if (type.SequenceEqual("\"object\""u8))
        {
            _text.Write("{\n"u8);
            Properties(schema, keys, indent + 2, depth);
            _text.Write("\n}"u8);
        }
        else
        {
            Raw(schema);
        }
    }

    private void EnumOr(ReadOnlySpan<byte> type, ReadOnlySpan<byte> values)
    {
        if (!IsArray(values))
        {
            _text.Write(type);
            return;
        }

        var reader = new Utf8JsonReader(values);
        reader.Read();
        for (var isFirst = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; isFirst = false)
        {
            _text.Write(isFirst ? ""u8 : " | "u8);
            var value = Value(ref reader, values);
            if (IsString(value))
            {
                _text.Write("\""u8);
                String(value);
                _text.Write("\""u8);
            }
            else
            {
                _text.Write(value);
            }
        }
    }

    private void Comment(ReadOnlySpan<byte> description, int indent)
    {
        Indent(indent);
        _text.Write("// "u8);
        String(description);
        _text.Write("\n"u8);
    }

    private void Indent(int indent)
    {
        for (var i = 0; i < indent; i++)
        {
            _text.Write(" "u8);
        }
    }

    private void Raw(ReadOnlySpan<byte> json)
    {
        IsExact = false;
        _text.Write(json);
    }

    private void String(ReadOnlySpan<byte> quoted) => Unescape(quoted[1..^1]);

    private void Unescape(ReadOnlySpan<byte> inside)
    {
        for (var source = new TextSource(inside, isJson: true); source.Remaining > 0;)
        {
            _text.Advance(source.Read(_text.GetSpan(Math.Min(source.Remaining, 4096) + TextSource.LongestCharacter)));
        }
    }

    private static HashSet<string> Names(ReadOnlySpan<byte> required)
    {
        var names = new HashSet<string>();
        if (IsArray(required))
        {
            var reader = new Utf8JsonReader(required);
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType == JsonTokenType.String)
                {
                    names.Add(reader.GetString()!);
                }

                reader.Skip();
            }
        }

        return names;
    }

    private static bool HasProperties(ReadOnlySpan<byte> properties) => IsObject(properties) && properties[1..].TrimStart(" \t\r\n"u8)[0] != '}';

    private static bool IsObject(ReadOnlySpan<byte> value) => !value.IsEmpty && value[0] == '{';

    private static bool IsArray(ReadOnlySpan<byte> value) => !value.IsEmpty && value[0] == '[';

    private static bool IsString(ReadOnlySpan<byte> value) => !value.IsEmpty && value[0] == '"';

    private static ReadOnlySpan<byte> Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private static Keys Read(ReadOnlySpan<byte> json)
    {
        var keys = new Keys { IsPlain = true };
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = KeyOf(ref reader);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var value = start..(int)reader.BytesConsumed;
            switch (key)
            {
                case Key.Name: keys.Name = value; break;
                case Key.Description: keys.Description = value; break;
                case Key.Function: keys.Function = value; break;
                case Key.Parameters: keys.Parameters = value; break;
                case Key.Type: keys.Type = value; break;
                case Key.Properties: keys.Properties = value; break;
                case Key.Required: keys.Required = value; break;
                case Key.Items: keys.Items = value; break;
                case Key.Enum: keys.Enum = value; break;
                case Key.AnyOf: keys.AnyOf = value; break;
                case Key.Unrendered: keys.IsPlain = false; break;
            }
        }

        return keys;
    }

    private static Key KeyOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("name"u8) ? Key.Name
        : reader.ValueTextEquals("description"u8) ? Key.Description
        : reader.ValueTextEquals("function"u8) ? Key.Function
        : reader.ValueTextEquals("parameters"u8) ? Key.Parameters
        : reader.ValueTextEquals("type"u8) ? Key.Type
        : reader.ValueTextEquals("properties"u8) ? Key.Properties
        : reader.ValueTextEquals("required"u8) ? Key.Required
        : reader.ValueTextEquals("items"u8) ? Key.Items
        : reader.ValueTextEquals("enum"u8) ? Key.Enum
        : reader.ValueTextEquals("anyOf"u8) ? Key.AnyOf
        : reader.ValueTextEquals("oneOf"u8) || reader.ValueTextEquals("allOf"u8) || reader.ValueTextEquals("not"u8) || reader.ValueTextEquals("$ref"u8) ? Key.Unrendered
        : Key.Other;

    private enum Key
    {
        Other,
        Name,
        Description,
        Function,
        Parameters,
        Type,
        Properties,
        Required,
        Items,
        Enum,
        AnyOf,
        Unrendered,
    }

    /// <summary>Where an object's values stand in its JSON; empty where absent. Of a key given twice the last counts.</summary>
    private struct Keys
    {
        public Range Name;
        public Range Description;
        public Range Function;
        public Range Parameters;
        public Range Type;
        public Range Properties;
        public Range Required;
        public Range Items;
        public Range Enum;
        public Range AnyOf;

        /// <summary>Whether it is an object without a key that there is no rendering for.</summary>
        public bool IsPlain;
    }
}
