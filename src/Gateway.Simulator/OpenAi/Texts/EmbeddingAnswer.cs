using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Gateway.Simulator.Answers;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi.Texts;

/// <summary>A vector of length 1 for each text, always the same for the same text and as many dimensions: as numbers, or as base64 of 32-bit floats, the low byte first.</summary>
internal static class EmbeddingAnswer
{
    private const int MostDimensions = 3072;

    public static async Task SendAsync(HttpResponse response, TextRequest request, Behavior behavior, TimeProvider time, CancellationToken cancellationToken)
    {
        using var buffer = new Utf8Buffer();
        Write(request, behavior, buffer);
        await JsonAnswer.SendAsync(response, buffer.Memory, behavior, time, cancellationToken);
    }

    private static void Write(TextRequest request, Behavior behavior, Utf8Buffer to)
    {
        var usual = request.Model!.Contains("large", StringComparison.Ordinal) ? MostDimensions : MostDimensions / 2; // It was checked.
        var vector = new float[Math.Clamp(request.Dimensions ?? usual, 1, MostDimensions)];
        to.Raw("{\"object\":"u8);
        to.Quoted(behavior.ObjectName ?? "list");
        to.Raw(",\"data\":["u8);
        for (var i = 0; i < request.Texts.Count; i++)
        {
            Fill(vector, request.Texts[i]);
            to.Json($"{(i == 0 ? "" : ",")}{{\"object\":\"embedding\",\"index\":{i},\"embedding\":");
            if (request.Base64)
            {
                WriteBase64(vector, to);
            }
            else
            {
                WriteNumbers(vector, to);
            }

            to.Raw("}"u8);
        }

        to.Raw("],\"model\":"u8);
        to.Quoted(behavior.DatedModel == true ? $"{request.Model}-2024-01-25" : request.Model);
        WriteUsage(request, behavior, to);
        to.Raw("}"u8);
    }

    private static void WriteUsage(TextRequest request, Behavior behavior, Utf8Buffer to)
    {
        if (behavior.Usage is UsageReport.Omitted)
        {
            return;
        }

        to.Raw(",\"usage\":"u8);
        if (behavior.Usage is UsageReport.Null)
        {
            to.Raw("null"u8);
            return;
        }

        var prompt = TokenCounts.Of(behavior, request.PromptTokens, emitted: 0, thought: 0).Prompt;
        to.Json($$"""{"prompt_tokens":{{prompt}},"total_tokens":{{prompt}}}""");
    }

    private static void Fill(float[] vector, string text)
    {
        // FNV-1a of the text begins a xorshift.
        var state = 14695981039346656037UL;
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            state = (state ^ value) * 1099511628211UL;
        }

        var sum = 0.0;
        for (var i = 0; i < vector.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            vector[i] = ((state >> 40) / (float)(1 << 23)) - 1;
            sum += vector[i] * vector[i];
        }

        var length = sum > 0 ? (float)Math.Sqrt(sum) : 1;
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] /= length;
        }
    }

    private static void WriteNumbers(float[] vector, Utf8Buffer to)
    {
        for (var i = 0; i < vector.Length; i++)
        {
            to.Raw(i == 0 ? "["u8 : ","u8);
            to.Json(vector[i].ToString("R", CultureInfo.InvariantCulture));
        }

        to.Raw("]"u8);
    }

    private static void WriteBase64(float[] vector, Utf8Buffer to)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        to.Json($"\"{Convert.ToBase64String(bytes)}\"");
    }
}
