using System.Text.Json;
using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Metering;

/// <summary>A body whose text is counted as it is read, with what every endpoint's rules have in common.</summary>
internal ref struct PromptJson
{
    private const int ToolsAlone = 9;
    private const int ToolsInSystemMessage = -4;
    private const int NoToolChosen = 1;

    private readonly ReadOnlySpan<byte> _body;
    private readonly BytePairEncoder _encoder;

    private PromptJson(ReadOnlySpan<byte> body, BytePairEncoder encoder)
    {
        _body = body;
        _encoder = encoder;
        Reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
    }

    /// <summary>Where the walk is. A field, for it moves.</summary>
    public Utf8JsonReader Reader;

    public readonly ReadOnlySpan<byte> Body => _body;

    public readonly BytePairEncoder Encoder => _encoder;

    public long Tokens { get; set; }

    public bool IsExact { get; set; } = true;

    /// <param name="body">One that is broken counts as far as it can be read, and is not exact.</param>
    /// <param name="encoder">Of the model that serves.</param>
    /// <param name="walk">By whose rules.</param>
    /// <param name="priming">Tokens that any body has.</param>
    public static PromptCount Count<TWalk>(ReadOnlySpan<byte> body, BytePairEncoder encoder, TWalk walk, int priming)
        where TWalk : struct, IPromptWalk
    {
        ArgumentNullException.ThrowIfNull(encoder);
        var json = new PromptJson(body, encoder) { Tokens = priming };
        try
        {
            if (json.Reader.Read() && json.Reader.TokenType == JsonTokenType.StartObject)
            {
                walk.Body(ref json);
            }
            else
            {
                json.IsExact = false;
            }
        }
        catch (JsonException)
        {
            json.IsExact = false;
        }
        catch (InvalidOperationException)
        {
            // A property name with an escape that stands for no text.
            json.IsExact = false;
        }

        return new PromptCount(json.Tokens, json.IsExact);
    }

    /// <summary>The value here: a text, or what stands in its place.</summary>
    public void Text()
    {
        if (Reader.TokenType == JsonTokenType.String)
        {
            Tokens += _encoder.CountJson(Reader.ValueSpan);
        }
        else if (Reader.TokenType != JsonTokenType.Null)
        {
            Unknown();
        }
    }

    /// <summary>Counts the JSON text of the value here, for want of a rule.</summary>
    public void Unknown()
    {
        var start = (int)Reader.TokenStartIndex;
        Reader.Skip();
        Tokens += _encoder.Count(_body[start..(int)Reader.BytesConsumed]);
        IsExact = false;
    }

    /// <summary>The next value, whose tokens nobody can tell.</summary>
    public void Uncounted()
    {
        Reader.Read();
        IsExact &= Reader.TokenType == JsonTokenType.Null;
        Reader.Skip();
    }

    /// <summary>The next value's bytes.</summary>
    public ByteRange Value()
    {
        Reader.Read();
        var start = (int)Reader.TokenStartIndex;
        Reader.Skip();
        return new ByteRange(start, (int)Reader.BytesConsumed - start);
    }

    /// <summary>The next value: <c>none</c>, <c>auto</c>, or a function that is named.</summary>
    /// <param name="chosen">Tokens of a function that is chosen, beside its name.</param>
    public void ToolChoice(int chosen)
    {
        Reader.Read();
        if (Reader.TokenType == JsonTokenType.String)
        {
            Tokens += Reader.ValueTextEquals("none"u8) ? NoToolChosen : 0;
            IsExact &= Reader.ValueTextEquals("none"u8) || Reader.ValueTextEquals("auto"u8);
            return;
        }

        if (Reader.TokenType != JsonTokenType.StartObject)
        {
            IsExact &= Reader.TokenType == JsonTokenType.Null;
            Reader.Skip();
            return;
        }

        Tokens += chosen;
        var depth = Reader.CurrentDepth;
        while (Reader.Read() && Reader.CurrentDepth > depth)
        {
            if (Reader.TokenType == JsonTokenType.PropertyName && Reader.ValueTextEquals("name"u8))
            {
                Reader.Read();
                Text();
            }
        }
    }

    /// <summary>The next value, a form of the answer. How its schema is put to the model is not published; its JSON text stands for it.</summary>
    public void AnswerForm()
    {
        Reader.Read();
        if (Reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        var depth = Reader.CurrentDepth;
        while (Reader.Read() && Reader.CurrentDepth > depth)
        {
            if (Reader.TokenType == JsonTokenType.PropertyName && Reader.ValueTextEquals("schema"u8))
            {
                Reader.Read();
                Unknown();
            }
        }
    }

    /// <param name="tools">All that were offered.</param>
    /// <param name="hasSystem">Whether a system message carries them.</param>
    /// <returns>Whether there were any.</returns>
    public bool Tools(ToolText tools, bool hasSystem)
    {
        if (tools.IsEmpty)
        {
            return false;
        }

        Tokens += _encoder.Count(tools.Finish()) + ToolsAlone + (hasSystem ? ToolsInSystemMessage : 0);
        IsExact &= tools.IsExact;
        return true;
    }
}
