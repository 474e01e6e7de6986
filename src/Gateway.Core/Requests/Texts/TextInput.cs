using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Text;

namespace Gateway.Core.Requests.Texts;

/// <summary>
/// A text, several, the tokens of one, or of several, as <c>input</c> and <c>prompt</c> take them: <c>"a"</c>, <c>["a","b"]</c>,
/// <c>[1,2]</c>, <c>[[1,2],[3]]</c>.
/// </summary>
/// <param name="path">The parameter's name.</param>
/// <param name="most">The most texts in one request.</param>
/// <param name="allowsEmpty">Whether a text may be empty; it counts as one token then, since a provider puts one in its place.</param>
/// <param name="allowsTokens">Whether tokens may stand for texts.</param>
internal sealed class TextInput(string path, int most, bool allowsEmpty, bool allowsTokens = true)
{
    private const string Texts = "a string or an array of strings";
    private const string TextsOrTokens = "a string, an array of strings, an array of token integers or an array of such arrays";

    private readonly List<GivenText> _given = new(1);

    /// <summary>One for each, in order.</summary>
    public IReadOnlyList<GivenText> Given => _given;

    /// <summary>Size of all texts.</summary>
    public TextSize Text { get; private set; }

    /// <summary>Tokens that are known without counting: those that were given as such, and one for each empty text.</summary>
    public long Tokens { get; private set; }

    private string Expected => allowsTokens ? TextsOrTokens : Texts;

    private string ExpectedInArray => allowsTokens ? "a string, a token integer or an array of such integers" : "a string or an object";

    /// <param name="reader">On the value; afterwards on its last token.</param>
    public GatewayError? Read(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => TryAdd(ref reader) ? null : Empty(path),
        JsonTokenType.StartArray => ReadArray(ref reader),
        var other => GatewayError.InvalidType(path, Expected, JsonKind.Describe(other)),
    };

    /// <summary>Adds one text, at its JSON string; false where it is empty and may not be.</summary>
    public bool TryAdd(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.IsEmpty)
        {
            if (!allowsEmpty)
            {
                return false;
            }

            Tokens++;
        }

        _given.Add(new GivenText(JsonToken.Range(ref reader), 0));
        Text += TextSize.OfJson(reader.ValueSpan);
        return true;
    }

    private static GatewayError Empty(string at) => GatewayError.InvalidValue(at, "it is empty. Send a text of one character or more.");

    private GatewayError? ReadArray(ref Utf8JsonReader reader)
    {
        var kind = JsonTokenType.None;
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (!IsTaken(reader.TokenType) || (index > 0 && reader.TokenType != kind))
            {
                return GatewayError.InvalidType($"{path}[{index}]", index == 0 ? ExpectedInArray : "the same kind as its neighbours", JsonKind.Describe(reader.TokenType));
            }

            kind = reader.TokenType;
            if (kind == JsonTokenType.Number)
            {
                return ReadTokens(ref reader, -1);
            }

            if (_given.Count == most)
            {
                return GatewayError.ArrayTooLong(path, most);
            }

            var error = kind == JsonTokenType.StartArray ? ReadTokensOfOne(ref reader, index)
                : TryAdd(ref reader) ? null
                : Empty(At(index));
            if (error is not null)
            {
                return error;
            }
        }

        return _given.Count == 0 ? GatewayError.EmptyArray(path) : null;
    }

    private string At(int index) => index < 0 ? path : $"{path}[{index}]";

    private bool IsTaken(JsonTokenType kind) => kind == JsonTokenType.String || (allowsTokens && kind is JsonTokenType.Number or JsonTokenType.StartArray);

    private GatewayError? ReadTokensOfOne(ref Utf8JsonReader reader, int index)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.EndArray ? GatewayError.EmptyArray(At(index)) : ReadTokens(ref reader, index);
    }

    /// <summary>From the first of one text's tokens to the end of their array.</summary>
    /// <param name="reader">On the first.</param>
    /// <param name="index">Of the text among others; negative where it is the only one.</param>
    private GatewayError? ReadTokens(ref Utf8JsonReader reader, int index)
    {
        var count = 0;
        do
        {
            if (reader.TokenType != JsonTokenType.Number)
            {
                return GatewayError.InvalidType($"{At(index)}[{count}]", "an integer", JsonKind.Describe(reader.TokenType));
            }

            if (!reader.TryGetInt32(out var token) || token < 0)
            {
                return GatewayError.InvalidValue($"{At(index)}[{count}]", "expected a token, an integer of 0 or more.");
            }

            count++;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray);

        _given.Add(new GivenText(default, count));
        Tokens += count;
        return null;
    }
}
