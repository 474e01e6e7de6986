namespace Gateway.Simulator.Answers;

/// <summary>What an answer depends on in a request, whichever dialect the request is written in.</summary>
internal abstract class Conversation
{
    /// <summary>The model name up to its first semicolon.</summary>
    public string? Model { get; set; }

    /// <summary>What follows that semicolon.</summary>
    public string? ModelDirectives { get; set; }

    public bool Stream { get; set; }

    public int MaxTokens { get; set; } = int.MaxValue;

    public int Choices { get; set; } = 1;

    /// <summary>Names of the functions offered, or null without tools.</summary>
    public List<string>? Tools { get; set; }

    /// <summary>A tool is to be called, whatever the behaviour says.</summary>
    public bool MustCall { get; set; }

    /// <summary>No tool may be called.</summary>
    public bool MayNotCall { get; set; }

    /// <summary>The function that must be called.</summary>
    public string? NamedTool { get; set; }

    /// <summary>One call at most.</summary>
    public bool OneCall { get; set; }

    /// <summary>JSON that fits the form which the request wants its answer in; null = prose.</summary>
    public string? WantedJson { get; set; }

    /// <summary>The request asks the model to think, and to show its thoughts.</summary>
    public bool Thinks { get; set; }

    public int Messages { get; set; }

    public int Images { get; set; }

    public long PromptTokens { get; set; }

    /// <summary>The start of the last user message's last text, unescaped.</summary>
    public string Question { get; set; } = "";

    /// <summary>Parts a model name from the directives behind its first semicolon.</summary>
    public void Name(string model)
    {
        var at = model.IndexOf(';', StringComparison.Ordinal);
        Model = at < 0 ? model : model[..at];
        ModelDirectives = at < 0 ? null : model[(at + 1)..];
    }
}
