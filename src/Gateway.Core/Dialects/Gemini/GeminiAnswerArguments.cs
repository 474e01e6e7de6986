using System.Buffers;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>The arguments of a call, which the API gives as an object, as the inside of the JSON string that OpenAI has in its place.</summary>
internal static class GeminiAnswerArguments
{
    private static readonly SearchValues<byte> Special = SearchValues.Create("\"\\ \t\r\n"u8);

    /// <summary>Writes without blanks between the tokens; quotes and backslashes are escaped, which turns escapes inside of strings into text again.</summary>
    /// <param name="output">Takes the inside of a string.</param>
    /// <param name="json">Valid JSON.</param>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        var inString = false;
        while (!json.IsEmpty)
        {
            var run = json.IndexOfAny(Special);
            if (run < 0)
            {
                output.Write(json);
                return;
            }

            output.Write(json[..run]);
            switch (json[run])
            {
                case (byte)'"':
                    output.Write("\\\""u8);
                    inString = !inString;
                    break;
                case (byte)'\\':
                    // What is escaped goes along, so that an escaped quote ends nothing.
                    output.Write("\\\\"u8);
                    run++;
                    output.Write(json[run] is (byte)'"' or (byte)'\\' ? "\\"u8 : ""u8);
                    output.Write(json.Slice(run, 1));
                    break;
                default:
                    output.Write(inString ? json.Slice(run, 1) : ""u8);
                    break;
            }

            json = json[(run + 1)..];
        }
    }
}
