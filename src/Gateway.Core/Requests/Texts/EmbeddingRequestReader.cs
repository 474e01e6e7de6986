using System.Text.Json;
using Gateway.Core.Errors;

namespace Gateway.Core.Requests.Texts;

/// <summary>The body of <c>/v1/embeddings</c>.</summary>
internal sealed class EmbeddingRequestReader(ReadOnlyMemory<byte> body) : JsonBodyReader(body)
{
    // As OpenAI documents it.
    private const int MostInputs = 2048;

    private static readonly string[] Keys = ["input", "encoding_format", "dimensions"];

    private readonly TextInput _input = new("input", MostInputs, allowsEmpty: false);

    protected override ReadOnlySpan<string> OwnKeys => Keys;

    protected override string Least => "'model' and 'input'";

    public ParsedRequest Build() => new()
    {
        Model = Model!, // Judge refuses a body without one.
        DefaultCompletion = 0,
        Text = _input.Text,
        GivenTokens = _input.Tokens,
        EndUser = EndUser,
        Tags = Tags,
        Parameters = Parameters,
        BodyStart = BodyStart,
    };

    protected override GatewayError? ReadOwn(string key, ref Utf8JsonReader reader) => key switch
    {
        "input" => _input.Read(ref reader),
        "dimensions" => RequestValue.Number(ref reader, "dimensions", 1, int.MaxValue, out _),
        _ => ReadFormat(ref reader),
    };

    protected override GatewayError? Judge() =>
        !Has("model") ? GatewayError.MissingParameter("model")
        : !Has("input") ? GatewayError.MissingParameter("input")
        : null;

    private static GatewayError? ReadFormat(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String when reader.ValueTextEquals("float"u8) || reader.ValueTextEquals("base64"u8) => null,
        JsonTokenType.String => GatewayError.InvalidValue("encoding_format", "expected 'float' or 'base64'."),
        var other => GatewayError.InvalidType("encoding_format", "a string", JsonKind.Describe(other)),
    };
}
