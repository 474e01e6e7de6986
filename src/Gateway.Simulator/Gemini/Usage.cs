using Gateway.Simulator.Answers;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Gemini;

/// <summary>The object <c>usageMetadata</c>. Its candidates' tokens leave out the thoughts; its prompt's hold what was cached.</summary>
internal static class Usage
{
    /// <param name="counts">What is reported.</param>
    /// <param name="images">The images' tokens as counted.</param>
    /// <param name="to">Where to.</param>
    public static void Write(TokenCounts counts, long images, Utf8Buffer to)
    {
        to.Raw("{\"promptTokenCount\":"u8);
        to.Number(counts.Prompt);
        to.Raw(",\"candidatesTokenCount\":"u8);
        to.Number(counts.Completion - counts.Reasoning);
        to.Raw(",\"totalTokenCount\":"u8);
        to.Number(counts.Prompt + counts.Completion);
        if (counts.Cached != 0)
        {
            to.Raw(",\"cachedContentTokenCount\":"u8);
            to.Number(counts.Cached);
        }

        WriteDetails(counts, images, to);
        if (counts.Reasoning != 0)
        {
            to.Raw(",\"thoughtsTokenCount\":"u8);
            to.Number(counts.Reasoning);
        }

        to.Raw("}"u8);
    }

    /// <summary>Writes the field <c>promptTokensDetails</c> and the comma before it.</summary>
    public static void WriteDetails(TokenCounts counts, long images, Utf8Buffer to)
    {
        images = counts.Image ?? (counts.Prompt == 0 ? 0 : images);
        to.Raw(",\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":"u8);
        to.Number(Math.Max(0, counts.Prompt - images));
        to.Raw("}"u8);
        if (images != 0)
        {
            to.Raw(",{\"modality\":\"IMAGE\",\"tokenCount\":"u8);
            to.Number(images);
            to.Raw("}"u8);
        }

        to.Raw("]"u8);
    }
}
