using Gateway.Simulator.Answers;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Gemini;

/// <summary>Generated content, before it takes its form as JSON or as a stream.</summary>
internal sealed class GenerateAnswer : PlannedAnswer
{
    private readonly string _model;

    public GenerateAnswer(GenerateRequest request, Behavior behavior, long number)
        : base(request, behavior, number, "call-sim")
    {
        Request = request;
        _model = behavior.DatedModel == true ? $"{request.Model}-001" : request.Model ?? "";
        FinishReason = behavior.FinishReason ?? End switch
        {
            AnswerEnd.Length => "MAX_TOKENS",
            AnswerEnd.Refusal => "SAFETY",
            _ => "STOP",
        };
    }

    public GenerateRequest Request { get; }

    public string FinishReason { get; }

    /// <summary>Reasoning was shown, so that its signature goes with the last of the text.</summary>
    public bool SignsText => Thoughts.Count > 0;

    /// <summary>Writes the member <c>thoughtSignature</c> and the comma before it.</summary>
    public void WriteSignature(Utf8Buffer to)
    {
        to.Raw(",\"thoughtSignature\":"u8);
        to.Quoted(ThoughtSignature.Of(Number));
    }

    /// <summary>Writes a whole part for a call of a tool; of calls made together the first is signed.</summary>
    public void WriteCall(Utf8Buffer to, int index)
    {
        var call = ToolCalls[index];
        to.Raw("{\"functionCall\":{\"name\":"u8);
        to.Quoted(call.Name);
        to.Raw(",\"args\":"u8);
        to.Json(call.Arguments);
        if (Request.IsThirdGeneration)
        {
            to.Raw(",\"id\":"u8);
            to.Quoted(call.Id);
        }

        to.Raw("}"u8);
        if (index == 0 && (Request.IsThirdGeneration || SignsText))
        {
            WriteSignature(to);
        }

        to.Raw("}"u8);
    }

    /// <summary>Writes what is found in place of candidates where the prompt was stopped, up to the tail.</summary>
    public static void WriteBlock(Utf8Buffer to) =>
        to.Raw("{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"}"u8);

    /// <summary>Writes what follows the candidates, to the last brace.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="emitted">Tokens sent until now, without reasoning.</param>
    /// <param name="thought">Tokens of reasoning sent until now.</param>
    /// <param name="last">Nothing follows.</param>
    public void WriteTail(Utf8Buffer to, long emitted, long thought, bool last)
    {
        if (Behavior.Usage is UsageReport.Null)
        {
            to.Raw(",\"usageMetadata\":null"u8);
        }
        else if (Behavior.Usage is not UsageReport.Omitted && (last || Behavior.Usage is not UsageReport.OnLast))
        {
            to.Raw(",\"usageMetadata\":"u8);
            Usage.Write(TokenCounts.Of(Behavior, Request.PromptTokens, emitted, thought), Request.ImageTokens, to);
        }

        to.Raw(",\"modelVersion\":"u8);
        to.Quoted(_model);
        to.Raw(",\"responseId\":\"sim"u8);
        to.Hex(Number);
        to.Raw("\"}"u8);
    }
}
