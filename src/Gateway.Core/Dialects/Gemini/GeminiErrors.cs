using System.Globalization;
using System.Text.Json;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// Reads an error of Google's APIs (google.rpc.Status as JSON): <c>{"error":{"code","message","status","details":[...]}}</c>, or a list whose
/// first element is that. Its details tell apart what one status stands for: a bad key is a 400 whose <c>ErrorInfo</c> says so, a 429 may be a
/// moment's rate or a day's quota, and says when to come back. Each becomes the code that OpenAI has for it.
/// </summary>
internal static class GeminiErrors
{
    /// <summary>The status of an error that came inside of an answer, where the error tells none itself.</summary>
    public const int Unknown = 500;

    private const int LongestText = 2000;
    private const double LongestDelaySeconds = 86_400;

    public static UpstreamRefusal Read(int status, ReadOnlySpan<byte> body)
    {
        var fields = default(Fields);
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Read();
            }

            if (reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isError = reader.ValueTextEquals("error"u8);
                    reader.Read();
                    if (isError && reader.TokenType == JsonTokenType.StartObject)
                    {
                        ReadError(ref reader, ref fields);
                    }
                    else
                    {
                        fields.Message = isError ? Text(ref reader) : fields.Message;
                        reader.Skip();
                    }
                }
            }
        }
        catch (JsonException)
        {
            // What was read before the damage still helps; a body that is no JSON gives nothing.
        }
        catch (InvalidOperationException)
        {
            // A string that is no text.
        }

        return new UpstreamRefusal(fields.Status is >= 400 and <= 599 and var own ? own : status, null, CodeOf(fields), null, fields.Message, null)
        {
            RetryAfter = fields.RetryAfter,
        };
    }

    private static string? CodeOf(Fields fields) => fields switch
    {
        _ when IsOfKey(fields.Reason) => "invalid_api_key",
        { Reason: "BILLING_DISABLED" } or { IsDaily: true } => "insufficient_quota",
        { Name: "UNAUTHENTICATED" } => "invalid_api_key",
        { Name: "RESOURCE_EXHAUSTED" } => "rate_limit_exceeded",
        { Name: "FAILED_PRECONDITION" } => "failed_precondition",
        { Name: "INVALID_ARGUMENT", Message: { } said } when said.Contains("input token count", StringComparison.OrdinalIgnoreCase)
            && said.Contains("exceeds", StringComparison.OrdinalIgnoreCase) => "context_length_exceeded",
        _ => null,
    };

    private static bool IsOfKey(string? reason) => reason is "API_KEY_INVALID" or "API_KEY_EXPIRED" or "API_KEY_SERVICE_BLOCKED"
        or "API_KEY_HTTP_REFERRER_BLOCKED" or "API_KEY_IP_ADDRESS_BLOCKED" or "API_KEY_ANDROID_APP_BLOCKED" or "API_KEY_IOS_APP_BLOCKED"
        or "ACCESS_TOKEN_EXPIRED" or "ACCESS_TOKEN_TYPE_UNSUPPORTED" or "CREDENTIALS_MISSING" or "SERVICE_DISABLED" or "CONSUMER_INVALID" or "CONSUMER_SUSPENDED";

    private static void ReadError(ref Utf8JsonReader reader, ref Fields fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("code"u8))
            {
                reader.Read();
                fields.Status = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var code) ? code : fields.Status;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                fields.Message = Next(ref reader) ?? fields.Message;
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                fields.Name = Next(ref reader) ?? fields.Name;
            }
            else if (reader.ValueTextEquals("details"u8))
            {
                reader.Read();
                ReadDetails(ref reader, ref fields);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>The details' own types name the fields that matter, which no two of them share; so the types need not be told apart.</summary>
    private static void ReadDetails(ref Utf8JsonReader reader, ref Fields fields)
    {
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            reader.Skip();
            return;
        }

        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.ValueTextEquals("reason"u8))
            {
                fields.Reason = Next(ref reader) ?? fields.Reason;
            }
            else if (reader.ValueTextEquals("retryDelay"u8))
            {
                fields.RetryAfter = Delay(Next(ref reader)) ?? fields.RetryAfter;
            }
            else if (reader.ValueTextEquals("quotaId"u8))
            {
                fields.IsDaily |= Next(ref reader)?.Contains("PerDay", StringComparison.OrdinalIgnoreCase) is true;
            }
        }
    }

    /// <summary>A duration as JSON has it: seconds with a fraction, and an s. At most a day.</summary>
    private static TimeSpan? Delay(string? text) =>
        text is [.. var seconds, 's'] && double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var delay) && delay <= LongestDelaySeconds
            ? TimeSpan.FromSeconds(delay)
            : null;

    private static string? Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        var text = Text(ref reader);
        reader.Skip();
        return text;
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return null;
        }

        var text = reader.GetString()!;
        return text.Length <= LongestText ? text : text[..LongestText];
    }

    private struct Fields
    {
        public int Status;
        public string? Name;
        public string? Reason;
        public string? Message;
        public bool IsDaily;
        public TimeSpan? RetryAfter;
    }
}
