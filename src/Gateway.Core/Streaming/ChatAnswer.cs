using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>What one chat completion, or one chunk of a stream, says that the gateway acts on. Ranges are offsets into its JSON.</summary>
public struct ChatAnswer
{
    /// <summary>The value of <c>model</c>, quotes included; empty where absent.</summary>
    public ByteRange Model { get; set; }

    /// <summary>The value of <c>object</c>, quotes included; empty where absent.</summary>
    public ByteRange Object { get; set; }

    /// <summary>The <c>usage</c> property, name and value; empty where absent.</summary>
    public ByteRange UsageProperty { get; set; }

    /// <summary>The usage, where it is an object; not judged yet, see <see cref="UsageJudge"/>.</summary>
    public Usage? Usage { get; set; }

    /// <summary>Whether <c>usage</c> is an object, believable or not.</summary>
    public readonly bool HasUsageObject => Usage is not null;

    /// <summary>Whether there is a <c>choices</c> array.</summary>
    public bool HasChoices { get; set; }

    /// <summary>Choices in that array.</summary>
    public int Choices { get; set; }

    /// <summary>Whether it is an error rather than an answer, nested or flat.</summary>
    public readonly bool IsError => HasError || (HasMessage && !HasChoices && !HasUsageObject);

    /// <summary>Whether there is an <c>error</c> that is neither null nor false.</summary>
    public bool HasError { get; set; }

    /// <summary>Whether there is a <c>message</c> on the outermost level, as only a flat error object has it.</summary>
    public bool HasMessage { get; set; }

    /// <summary>Whether a choice has a <c>finish_reason</c>.</summary>
    public bool Finished { get; set; }

    /// <summary>Text of the answer: content, refusals, reasoning, arguments of tool calls.</summary>
    public TextSize Text { get; set; }
}
