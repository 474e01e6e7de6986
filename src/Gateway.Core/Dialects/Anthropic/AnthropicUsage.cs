using System.Text.Json;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Streaming;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>
/// A <c>usage</c> object of the API, all that was told of it so far: numbers of later events are cumulative, and one that is absent or null
/// leaves what is known. <c>input_tokens</c> are without those that were written to a cache or read from it, which OpenAI counts in.
/// </summary>
internal struct AnthropicUsage
{
    private long? _input;
    private long? _cacheWrite;
    private long? _cacheWrite5m;
    private long? _cacheWrite1h;
    private long? _cacheRead;
    private long? _output;
    private long? _thinking;
    private long? _images;

    /// <summary>Whether a usage object was read at all.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Whether it told output.</summary>
    public readonly bool HasOutput => _output is not null;

    /// <summary>As OpenAI means it. A number that is none makes its sum <see cref="UsageReader.NoNumber"/>, which nobody bills.</summary>
    public readonly Usage InOpenAiMeaning => new()
    {
        PromptTokens = Sum(_input ?? 0, CacheWrite, _cacheRead ?? 0),
        CachedTokens = _cacheRead ?? 0,
        CacheWriteTokens = CacheWrite,
        ImageInputTokens = _images ?? 0,
        CompletionTokens = _output ?? 0,
        ReasoningTokens = _thinking ?? 0,
    };

    /// <summary>What was written to caches of all lifetimes, also where a provider tells each of them alone.</summary>
    private readonly long CacheWrite => _cacheWrite ?? OpenAiUsage.Sum(_cacheWrite5m ?? 0, _cacheWrite1h ?? 0);

    /// <summary>The usage that begins a stream tells of the output no more than its first token.</summary>
    public void ForgetOutput() => (_output, _thinking) = (null, null);

    /// <param name="reader">On the value of <c>usage</c>; afterwards on its last token.</param>
    public void Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        IsKnown = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("input_tokens"u8))
            {
                Take(ref reader, ref _input);
            }
            else if (reader.ValueTextEquals("output_tokens"u8))
            {
                Take(ref reader, ref _output);
            }
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
            {
                Take(ref reader, ref _cacheWrite);
            }
            else if (reader.ValueTextEquals("cache_read_input_tokens"u8))
            {
                Take(ref reader, ref _cacheRead);
            }
            else if (reader.ValueTextEquals("output_tokens_details"u8) || reader.ValueTextEquals("input_tokens_details"u8) || reader.ValueTextEquals("cache_creation"u8))
            {
                ReadDetails(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Details are told apart by their own names alone.</summary>
    private void ReadDetails(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("thinking_tokens"u8))
            {
                Take(ref reader, ref _thinking);
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                Take(ref reader, ref _images);
            }
            else if (reader.ValueTextEquals("ephemeral_5m_input_tokens"u8))
            {
                Take(ref reader, ref _cacheWrite5m);
            }
            else if (reader.ValueTextEquals("ephemeral_1h_input_tokens"u8))
            {
                Take(ref reader, ref _cacheWrite1h);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Cumulative numbers do not fall: a zero that some compatible providers repeat takes nothing back. What is no count stands, to be judged.</summary>
    private static void Take(ref Utf8JsonReader reader, ref long? known)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        var count = UsageReader.ReadCount(ref reader);
        known = count >= 0 && known >= 0 ? Math.Max(count, known.Value) : count;
    }

    private static long Sum(long first, long second, long third) => OpenAiUsage.Sum(OpenAiUsage.Sum(first, second), third);
}
