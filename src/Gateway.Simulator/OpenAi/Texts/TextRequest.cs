using Gateway.Simulator.Answers;

namespace Gateway.Simulator.OpenAi.Texts;

/// <summary>What an answer depends on in a request for embeddings, a text completion or a verdict.</summary>
internal sealed class TextRequest : Conversation
{
    /// <summary>Every text, unescaped; of one that came as tokens, the tokens.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>The texts are parts of one thing to be judged.</summary>
    public bool HasParts { get; set; }

    /// <summary>Where the texts lie in the body.</summary>
    public Range Input { get; set; }

    /// <summary>The vectors are wanted as base64.</summary>
    public bool Base64 { get; set; }

    public int? Dimensions { get; set; }

    public bool IncludeUsage { get; set; }

    public bool Echo { get; set; }

    /// <summary>Answers for each prompt.</summary>
    public int Each { get; set; } = 1;

    /// <summary>Answers that are made for each prompt, and counted.</summary>
    public int BestOf { get; set; } = 1;
}
