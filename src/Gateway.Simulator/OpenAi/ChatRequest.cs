namespace Gateway.Simulator.OpenAi;

/// <summary>What an answer depends on in a chat request.</summary>
internal sealed class ChatRequest
{
    /// <summary>The model name up to its first semicolon.</summary>
    public string? Model { get; set; }

    /// <summary>What follows that semicolon.</summary>
    public string? ModelDirectives { get; set; }

    public bool Stream { get; set; }

    public bool IncludeUsage { get; set; }

    /// <summary>The smaller of <c>max_tokens</c> and <c>max_completion_tokens</c>.</summary>
    public int MaxTokens { get; set; } = int.MaxValue;

    public int Choices { get; set; } = 1;

    /// <summary>Names of the functions offered, or null without tools.</summary>
    public List<string>? Tools { get; set; }

    /// <summary><c>none</c>, <c>auto</c>, <c>required</c>; null where absent or naming a function.</summary>
    public string? ToolChoice { get; set; }

    /// <summary>The function that must be called.</summary>
    public string? NamedTool { get; set; }

    public int Messages { get; set; }

    public int Images { get; set; }

    public long PromptTokens { get; set; }

    /// <summary>Where the content of the last user message lies in the body.</summary>
    public Range LastUserContent { get; set; }

    /// <summary>The start of the last user message's last text, unescaped.</summary>
    public string Question { get; set; } = "";
}
