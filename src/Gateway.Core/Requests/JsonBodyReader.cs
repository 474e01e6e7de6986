using System.Text.Json;
using System.Text.Unicode;
using Gateway.Core.Errors;

namespace Gateway.Core.Requests;

/// <summary>
/// Reads the outermost object of a JSON body in one pass, for the endpoints that have neither messages nor tools: the model, whether to
/// stream, the labels, and every other parameter by where it stands. What an endpoint knows of its own it reads in <see cref="ReadOwn"/>.
/// The same rules hold as for a chat body: valid UTF-8, no key that counts twice or in other letters, no deeper than <see cref="RequestReader.MaxDepth"/>.
/// </summary>
internal abstract class JsonBodyReader(ReadOnlyMemory<byte> body)
{
    private static readonly string[] CommonKeys = ["model", "service_tier"];
    private static readonly string[] StreamKeys = ["stream", "stream_options"];

    private readonly List<TopLevelParameter> _parameters = new(8);
    private readonly List<string> _seen = new(8);
    private RequestLabels? _labels;

    /// <summary>The name that the client sent, or null where it sent none.</summary>
    protected string? Model { get; private set; }

    protected bool Stream { get; private set; }

    protected StreamOptions StreamOptions { get; private set; }

    protected string? EndUser => _labels?.EndUser;

    protected string? Tags => _labels?.Tags;

    protected List<TopLevelParameter> Parameters => _parameters;

    protected int BodyStart { get; private set; }

    /// <summary>The parameters that <see cref="ReadOwn"/> reads, in lower-case ASCII.</summary>
    protected abstract ReadOnlySpan<string> OwnKeys { get; }

    /// <summary>What a body must have, quoted and listed, for whoever sends an empty one.</summary>
    protected abstract string Least { get; }

    /// <summary>Whether the endpoint streams, so that <c>stream</c> and <c>stream_options</c> are read.</summary>
    protected virtual bool Streams => false;

    /// <summary>Reads the whole body.</summary>
    /// <returns>Why it is refused, or null.</returns>
    public GatewayError? Read()
    {
        if (body.IsEmpty)
        {
            return GatewayError.EmptyBody(Least);
        }

        if (!Utf8.IsValid(body.Span))
        {
            return GatewayError.InvalidUtf8();
        }

        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        try
        {
            return ReadObject(ref reader) ?? Judge();
        }
        catch (JsonException)
        {
            return reader.CurrentDepth >= RequestReader.MaxDepth - 1 ? GatewayError.TooDeep(RequestReader.MaxDepth) : GatewayError.InvalidJson();
        }
        catch (InvalidOperationException)
        {
            // An escaped string that is no text, such as a lone surrogate in a property name.
            return GatewayError.InvalidJson();
        }
    }

    /// <summary>Reads one of <see cref="OwnKeys"/>, given once.</summary>
    /// <param name="key">Which.</param>
    /// <param name="reader">On the value; afterwards on its last token.</param>
    protected abstract GatewayError? ReadOwn(string key, ref Utf8JsonReader reader);

    /// <summary>Whether all is there, once everything is read.</summary>
    protected abstract GatewayError? Judge();

    protected bool Has(string key) => _seen.Contains(key);

    private GatewayError? ReadObject(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return GatewayError.EmptyBody(Least);
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return GatewayError.BodyNotObject(JsonKind.Describe(reader.TokenType));
        }

        BodyStart = (int)reader.BytesConsumed;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadParameter(ref reader) is { } error)
            {
                return error;
            }
        }

        // Reading on makes anything behind the object an error.
        reader.Read();
        return null;
    }

    private GatewayError? ReadParameter(ref Utf8JsonReader reader)
    {
        if (_parameters.Count == RequestReader.MaxParameters)
        {
            return GatewayError.TooManyParameters(RequestReader.MaxParameters);
        }

        var start = (int)reader.TokenStartIndex;
        var name = reader.ValueIsEscaped
            ? System.Text.Encoding.UTF8.GetBytes(reader.GetString()!)
            : body.Slice(start + 1, reader.ValueSpan.Length);
        var key = KeyOf(ref reader);
        if (key is null && IsMimic(name.Span))
        {
            return GatewayError.UnknownParameter(System.Text.Encoding.UTF8.GetString(name.Span));
        }

        if (key is not null && Once(key) is { } twice)
        {
            return twice;
        }

        reader.Read();
        var valueStart = (int)reader.TokenStartIndex;
        if (ReadValue(key, ref reader) is { } error)
        {
            return error;
        }

        _parameters.Add(new TopLevelParameter(name, start, new ByteRange(valueStart, (int)reader.BytesConsumed - valueStart)));
        return null;
    }

    private string? KeyOf(ref Utf8JsonReader reader)
    {
        foreach (var own in OwnKeys)
        {
            if (reader.ValueTextEquals(own))
            {
                return own;
            }
        }

        return reader.ValueTextEquals("model"u8) ? "model"
            : Streams && reader.ValueTextEquals("stream"u8) ? "stream"
            : Streams && reader.ValueTextEquals("stream_options"u8) ? "stream_options"
            : reader.ValueTextEquals("service_tier"u8) ? "service_tier"
            : reader.ValueTextEquals("user"u8) ? "user"
            : reader.ValueTextEquals("safety_identifier"u8) ? "safety_identifier"
            : reader.ValueTextEquals("metadata"u8) ? "metadata"
            : null;
    }

    private bool IsMimic(ReadOnlySpan<byte> name) =>
        FoldedKey.IsMimic(name, OwnKeys) || FoldedKey.IsMimic(name, CommonKeys) || (Streams && FoldedKey.IsMimic(name, StreamKeys));

    private GatewayError? Once(string key)
    {
        if (_seen.Contains(key))
        {
            return GatewayError.DuplicateKey(key);
        }

        _seen.Add(key);
        return null;
    }

    private GatewayError? ReadValue(string? key, ref Utf8JsonReader reader)
    {
        switch (key)
        {
            case null:
                reader.Skip();
                return null;
            case "model":
                var error = RequestValue.Model(ref reader, out var model);
                Model = model;
                return error;
            case "service_tier":
                return RequestValue.ServiceTier(ref reader);
            case "user":
                return (_labels ??= new RequestLabels()).ReadUser(ref reader);
            case "safety_identifier":
                return (_labels ??= new RequestLabels()).ReadSafetyIdentifier(ref reader);
            case "metadata":
                return (_labels ??= new RequestLabels()).ReadTags(ref reader);
            case "stream":
                error = RequestValue.Flag(ref reader, "stream", out var stream);
                Stream = stream;
                return error;
            case "stream_options":
                error = RequestValue.StreamOptions(ref reader, out var options);
                StreamOptions = options;
                return error;
            default:
                return ReadOwn(key, ref reader);
        }
    }
}
