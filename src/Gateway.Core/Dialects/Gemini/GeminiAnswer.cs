using System.Buffers;
using Gateway.Core.Dialects.OpenAi;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>A whole <c>GenerateContentResponse</c> as a <c>chat.completion</c>.</summary>
internal static class GeminiAnswer
{
    public static bool TryWrite(ReadOnlySpan<byte> answer, ChatFrame frame, IBufferWriter<byte> output)
    {
        var read = new GeminiAnswerReader();
        if (!read.TryRead(answer) || read.IsError || (read.Candidates.IsEmpty && !read.IsBlocked))
        {
            return false;
        }

        output.Write("{\"id\":\""u8);
        WriteFrame(output, frame, "chat.completion"u8);
        output.Write(",\"choices\":["u8);
        if (read.Candidates.IsEmpty)
        {
            output.Write("{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"content_filter\"}"u8);
        }

        var message = new GeminiAnswerMessage(frame, received: null);
        for (var i = 0; i < read.Candidates.Length; i++)
        {
            ref readonly var candidate = ref read.Candidates[i];
            var calls = 0;
            output.Write(i == 0 ? "{\"index\":"u8 : ",{\"index\":"u8);
            JsonBytes.Write(output, candidate.Index);
            output.Write(",\"message\":{"u8);
            message.Write(output, answer, read.PartsOf(candidate), candidate.Index, whole: true, begins: true, ref calls);
            output.Write("},\"logprobs\":"u8);
            GeminiAnswerLogprobs.Write(output, candidate.Logprobs.Of(answer));
            output.Write(",\"finish_reason\":"u8);

            // A whole answer has ended, whether it says why or not.
            var finish = candidate.Finish == GeminiAnswerFinish.None ? GeminiAnswerFinish.Stop : candidate.Finish;
            output.Write(GeminiAnswerFinishText.Of(finish, called: calls > 0));
            output.Write("}"u8);
        }

        output.Write("]"u8);
        if (read.Usage is { } usage)
        {
            output.Write(",\"usage\":"u8);
            OpenAiUsage.Write(usage, output);
        }

        output.Write("}"u8);
        return true;
    }

    /// <summary>Writes what answers and chunks begin with, from the value of <c>id</c> to that of <c>model</c>.</summary>
    public static void WriteFrame(IBufferWriter<byte> output, ChatFrame frame, ReadOnlySpan<byte> kind)
    {
        var id = output.GetSpan(frame.Id.Length);
        System.Text.Encoding.ASCII.GetBytes(frame.Id, id);
        output.Advance(frame.Id.Length);
        output.Write("\",\"object\":\""u8);
        output.Write(kind);
        output.Write("\",\"created\":"u8);
        JsonBytes.Write(output, frame.Created);
        output.Write(",\"model\":"u8);
        output.Write(frame.ModelJson.Span);
    }
}
