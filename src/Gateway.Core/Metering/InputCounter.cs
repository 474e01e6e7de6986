using System.Text.Json;
using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Metering;

/// <summary>
/// The exact tokens of a body's <c>input</c> or <c>prompt</c>: of its texts, one for each that is empty or null, since a provider puts the token in
/// its place that begins a document, and one for each token that was given as such. Nothing surrounds them.
/// </summary>
public static class InputCounter
{
    /// <param name="body">A body. One that is broken counts as far as it can be read, and is not exact.</param>
    /// <param name="parameter">The top-level parameter to count. Of objects inside of it, <c>text</c> counts alone.</param>
    /// <param name="encoder">Of the model that serves.</param>
    public static PromptCount Count(ReadOnlySpan<byte> body, ReadOnlySpan<byte> parameter, BytePairEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        long tokens = 0;
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var counts = reader.ValueTextEquals(parameter);
                reader.Read();
                if (counts)
                {
                    CountValue(ref reader, encoder, ref tokens);
                }

                reader.Skip();
            }

            return new PromptCount(tokens, IsExact: true);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return new PromptCount(tokens, IsExact: false);
        }
    }

    private static void CountValue(ref Utf8JsonReader reader, BytePairEncoder encoder, ref long tokens)
    {
        var (depth, objects, isText) = (reader.CurrentDepth, 0, false);
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    objects++;
                    break;
                case JsonTokenType.EndObject:
                    objects--;
                    break;
                case JsonTokenType.PropertyName:
                    isText = reader.ValueTextEquals("text"u8);
                    break;
                case JsonTokenType.String when objects == 0 || isText:
                    tokens += reader.ValueSpan.IsEmpty ? 1 : encoder.CountJson(reader.ValueSpan);
                    break;
                case JsonTokenType.Number or JsonTokenType.Null when objects == 0:
                    tokens++;
                    break;
            }
        }
        while ((reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray || reader.CurrentDepth > depth) && reader.Read());
    }
}
