using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>What an answer says that is a list of results and a usage: embeddings, text completions and their chunks, verdicts. Ranges are offsets into its JSON.</summary>
public struct ResultsAnswer
{
    /// <summary>The value of <c>model</c>, quotes included; empty where absent.</summary>
    public ByteRange Model { get; set; }

    /// <summary>The value of <c>object</c>, quotes included; empty where absent.</summary>
    public ByteRange Object { get; set; }

    /// <summary>The <c>usage</c> property, name and value; empty where absent.</summary>
    public ByteRange UsageProperty { get; set; }

    /// <summary>The usage, where it is an object; not judged yet.</summary>
    public Usage? Usage { get; set; }

    /// <summary>Whether the list is there that holds what was asked for.</summary>
    public bool HasResults { get; set; }

    /// <summary>Whether a choice is in that list; told of text completions alone.</summary>
    public bool HasChoices { get; set; }

    /// <summary>Whether there is an <c>error</c> that is neither null nor false.</summary>
    public bool HasError { get; set; }

    /// <summary>Whether there is a <c>message</c> on the outermost level, as only a flat error object has it.</summary>
    public bool HasMessage { get; set; }

    /// <summary>Whether it is an error rather than an answer, nested or flat.</summary>
    public readonly bool IsError => HasError || (HasMessage && !HasResults && Usage is null);

    /// <summary>Whether a choice has a <c>finish_reason</c>.</summary>
    public bool Finished { get; set; }

    /// <summary>The texts of choices, without an echo of their prompts.</summary>
    public TextSize Text { get; set; }

    /// <summary>As a whole answer.</summary>
    public readonly Answer Whole => new()
    {
        IsAnswer = HasResults,
        IsError = IsError && !HasResults,
        Model = Model,
        Object = Object,
        Usage = Usage,
        Text = Text,
    };
}
