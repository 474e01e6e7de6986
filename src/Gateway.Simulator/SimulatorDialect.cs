namespace Gateway.Simulator;

/// <summary>The provider that a request was meant for.</summary>
public enum SimulatorDialect
{
    /// <summary>Whatever belongs to none of the others.</summary>
    OpenAi,

    /// <summary>Paths under <c>/openai/</c>.</summary>
    Azure,

    /// <summary>Paths under <c>/v1/messages</c>.</summary>
    Anthropic,

    /// <summary>Paths under <c>/v1beta/</c>.</summary>
    Gemini,
}
