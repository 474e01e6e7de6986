using System.Text.Json;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// Hands out the parts of a message's content one by one, whatever its form: a text is one part, null is none; the reader of the request has
/// refused what is neither these nor an array of objects.
/// </summary>
internal ref struct GeminiRequestPartReader
{
    private readonly UpstreamRequest _chat;
    private readonly ByteRange _content;
    private readonly int _message;
    private readonly JsonTokenType _kind;
    private Utf8JsonReader _reader;
    private int _read;

    public GeminiRequestPartReader(UpstreamRequest chat, ByteRange content, int message)
    {
        (_chat, _content, _message) = (chat, content, message);
        var json = content.Of(chat.Body.Span);
        _kind = GeminiRequestJson.KindOf(json);
        if (_kind == JsonTokenType.StartArray)
        {
            _reader = new Utf8JsonReader(json, GeminiRequestJson.Options);
            _reader.Read();
        }
    }

    /// <returns>False behind the last.</returns>
    public bool TryRead(out GeminiRequestPart part)
    {
        part = default;
        if (_kind == JsonTokenType.String)
        {
            part = new GeminiRequestPart { Message = _message, Text = _chat.Body.Slice(_content.Start, _content.Length) };
            return _read++ == 0;
        }

        if (_kind != JsonTokenType.StartArray || !_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        part = GeminiRequestPart.Read(ref _reader, _chat, _content.Start, _message, _read++);
        return true;
    }
}
