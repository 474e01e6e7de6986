using System.Buffers;
using System.Text.Json;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// <c>logprobsResult</c> as the value of <c>logprobs</c>: the tokens that were chosen, each with those that might have been. The API does not
/// give the tokens' bytes. Names are compared as they are written: nobody escapes them, and an escape may stand for no text.
/// </summary>
internal static class GeminiAnswerLogprobs
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    /// <param name="output">Takes the value, or null.</param>
    /// <param name="json">The value of <c>logprobsResult</c>; empty where absent.</param>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        var chosen = Array(json, "chosenCandidates"u8);
        var top = Array(json, "topCandidates"u8);
        if (chosen.IsEmpty)
        {
            output.Write("null"u8);
            return;
        }

        var tokens = new Utf8JsonReader(chosen, Options);
        var others = new Utf8JsonReader(top.IsEmpty ? "[]"u8 : top, Options);
        tokens.Read();
        others.Read();
        output.Write("{\"content\":["u8);
        for (var first = true; tokens.Read() && tokens.TokenType != JsonTokenType.EndArray; first = false)
        {
            output.Write(first ? "{"u8 : ",{"u8);
            WriteToken(output, ref tokens, chosen);
            output.Write(",\"top_logprobs\":["u8);
            if (others.TokenType != JsonTokenType.EndArray && others.Read() && others.TokenType == JsonTokenType.StartObject)
            {
                WriteTop(output, ref others, top);
            }

            output.Write("]}"u8);
        }

        output.Write("],\"refusal\":null}"u8);
    }

    private static void WriteTop(IBufferWriter<byte> output, ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isList = reader.ValueSpan.SequenceEqual("candidates"u8);
            reader.Read();
            if (!isList || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            for (var first = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; first = false)
            {
                output.Write(first ? "{"u8 : ",{"u8);
                WriteToken(output, ref reader, json);
                output.Write("}"u8);
            }
        }
    }

    /// <summary>Writes the properties of one token. What is none reads as an empty one.</summary>
    private static void WriteToken(IBufferWriter<byte> output, ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var (token, logprob) = (default(ByteRange), default(ByteRange));
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isToken, isLogprob) = (reader.ValueSpan.SequenceEqual("token"u8), reader.ValueSpan.SequenceEqual("logProbability"u8));
                var value = GeminiRequestJson.Next(ref reader, 0, out var kind);
                token = isToken && kind == JsonTokenType.String ? value : token;
                logprob = isLogprob && kind == JsonTokenType.Number ? value : logprob;
            }
        }
        else
        {
            reader.Skip();
        }

        output.Write("\"token\":"u8);
        output.Write(token.Length > 0 ? token.Of(json) : "\"\""u8);
        output.Write(",\"logprob\":"u8);
        output.Write(logprob.Length > 0 ? logprob.Of(json) : "0"u8);
        output.Write(",\"bytes\":null"u8);
    }

    private static ReadOnlySpan<byte> Array(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(json, Options);
        if (json.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return default;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueSpan.SequenceEqual(name);
            var value = GeminiRequestJson.Next(ref reader, 0, out var kind);
            if (found)
            {
                return kind == JsonTokenType.StartArray ? value.Of(json) : default;
            }
        }

        return default;
    }
}
