using System.Runtime.InteropServices;
using System.Text.Json;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Kinds = Gateway.Core.Dialects.Gemini.GeminiAnswerPart.Kinds;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>Reads a <c>GenerateContentResponse</c>, which an answer is and every event of a stream, in one pass and in place. Used again for each event.</summary>
internal sealed class GeminiAnswerReader
{
    /// <summary>As many answers as a request may ask for.</summary>
    public const int MostCandidates = 128;

    // Arguments of a call may be nested by themselves.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    private readonly List<GeminiAnswerCandidate> _candidates = [];
    private readonly List<GeminiAnswerPart> _parts = [];

    public ReadOnlySpan<GeminiAnswerCandidate> Candidates => CollectionsMarshal.AsSpan(_candidates);

    /// <summary>Whether the prompt was not let through.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>Whether it is an error instead.</summary>
    public bool IsError { get; private set; }

    /// <summary>The usage, not judged; null where it has none.</summary>
    public Usage? Usage { get; private set; }

    public ReadOnlySpan<GeminiAnswerPart> PartsOf(GeminiAnswerCandidate candidate) =>
        CollectionsMarshal.AsSpan(_parts).Slice(candidate.FirstPart, candidate.Parts);

    /// <returns>False where it is no such object.</returns>
    public bool TryRead(ReadOnlySpan<byte> json)
    {
        _candidates.Clear();
        _parts.Clear();
        (IsBlocked, IsError, Usage) = (false, false, null);
        try
        {
            var reader = new Utf8JsonReader(json, Options);
            reader.Read();

            // Errors come in a list at times.
            var listed = reader.TokenType == JsonTokenType.StartArray;
            if ((listed && !reader.Read()) || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            if (!TryReadObject(ref reader))
            {
                return false;
            }

            // Anything behind it makes the reader throw.
            while (reader.Read())
            {
            }

            return !listed || IsError;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // An escape that stands for no text, where text is compared.
            return false;
        }
    }

    private bool TryReadObject(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("candidates"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartArray && !TryReadCandidates(ref reader))
                {
                    return false;
                }

                reader.Skip();
            }
            else if (reader.ValueTextEquals("usageMetadata"u8))
            {
                reader.Read();
                Usage = GeminiUsage.TryRead(ref reader, out var usage) ? usage : Usage;
            }
            else if (reader.ValueTextEquals("promptFeedback"u8))
            {
                reader.Read();
                ReadFeedback(ref reader);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                IsError |= reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False);
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }

        return true;
    }

    private void ReadFeedback(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isReason = reader.ValueTextEquals("blockReason"u8);
            reader.Read();
            IsBlocked |= isReason && reader.TokenType == JsonTokenType.String && !reader.ValueTextEquals("BLOCK_REASON_UNSPECIFIED"u8);
            reader.Skip();
        }
    }

    private bool TryReadCandidates(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject || _candidates.Count == MostCandidates)
            {
                return false;
            }

            var candidate = new GeminiAnswerCandidate { Index = _candidates.Count, FirstPart = _parts.Count };
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("content"u8))
                {
                    reader.Read();
                    ReadContent(ref reader);
                }
                else if (reader.ValueTextEquals("finishReason"u8))
                {
                    reader.Read();
                    candidate.Finish = GeminiAnswerFinishText.Read(ref reader);
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("index"u8))
                {
                    reader.Read();
                    if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var index) || index is < 0 or >= MostCandidates)
                    {
                        return false;
                    }

                    candidate.Index = index;
                }
                else if (reader.ValueTextEquals("logprobsResult"u8))
                {
                    candidate.Logprobs = GeminiRequestJson.Next(ref reader, 0, out _);
                }
                else
                {
                    reader.Skip();
                }
            }

            candidate.Parts = _parts.Count - candidate.FirstPart;
            _candidates.Add(candidate);
        }

        return true;
    }

    private void ReadContent(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isParts = reader.ValueTextEquals("parts"u8);
            reader.Read();
            if (!isParts || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    _parts.Add(ReadPart(ref reader));
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    private static GeminiAnswerPart ReadPart(ref Utf8JsonReader reader)
    {
        var part = default(GeminiAnswerPart);
        var (thought, signature) = (false, default(ByteRange));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("text"u8))
            {
                reader.Read();
                part = reader.TokenType == JsonTokenType.String ? new GeminiAnswerPart(Kinds.Text, Inside(ref reader)) : part;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("thought"u8))
            {
                reader.Read();
                thought = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("thoughtSignature"u8))
            {
                signature = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("functionCall"u8))
            {
                part = ReadPair(ref reader, Kinds.Call, "args"u8, "name"u8, part);
            }
            else if (reader.ValueTextEquals("inlineData"u8))
            {
                part = ReadPair(ref reader, Kinds.Image, "data"u8, "mimeType"u8, part);
            }
            else
            {
                reader.Skip();
            }
        }

        return part with { Kind = part.Kind == Kinds.Text && thought ? Kinds.Thought : part.Kind, Signature = signature };
    }

    /// <summary>A call with its arguments, or data with its type. One that lacks its name is nothing.</summary>
    private static GeminiAnswerPart ReadPair(
        ref Utf8JsonReader reader, Kinds kind, ReadOnlySpan<byte> value, ReadOnlySpan<byte> name, in GeminiAnswerPart otherwise)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return otherwise;
        }

        var part = new GeminiAnswerPart(kind, default);
        var (named, valued, image) = (false, kind == Kinds.Call, kind == Kinds.Call);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    (part, named) = (part with { Name = Inside(ref reader) }, !reader.ValueSpan.IsEmpty);
                    image |= reader.ValueSpan.StartsWith("image/"u8);
                }

                reader.Skip();
            }
            else if (reader.ValueTextEquals(value) && kind == Kinds.Call)
            {
                var arguments = GeminiRequestJson.Next(ref reader, 0, out var token);
                part = token == JsonTokenType.StartObject ? part with { Value = arguments } : part;
            }
            else if (reader.ValueTextEquals(value))
            {
                part = part with { Value = ReadText(ref reader) };
                valued = part.Value.Length > 0;
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                part = part with { Id = ReadText(ref reader) };
            }
            else
            {
                reader.Skip();
            }
        }

        return named && valued && image ? part : otherwise;
    }

    private static ByteRange ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? Inside(ref reader) : default;
        reader.Skip();
        return text;
    }

    private static ByteRange Inside(ref Utf8JsonReader reader) => new((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
}
