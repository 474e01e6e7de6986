namespace Gateway.Catalog.Document;

/// <summary>One of the file's <c>models</c>.</summary>
internal sealed record ModelSection
{
    public string? DisplayName { get; init; }

    public string? OwnedBy { get; init; }

    public string? Status { get; init; }

    public string? Description { get; init; }

    public string? Created { get; init; }

    public string[]? Input { get; init; }

    public string[]? Output { get; init; }

    public string[]? Endpoints { get; init; }

    public long? ContextWindow { get; init; }

    public long? MaxPromptTokens { get; init; }

    public long? MaxOutputTokens { get; init; }

    public string[]? Aliases { get; init; }

    public ImageTokensSection? ImageTokens { get; init; }

    public string? Tokenizer { get; init; }

    public long? DefaultCompletionTokens { get; init; }

    public PriceSection[]? Prices { get; init; }

    public DeploymentSection[]? Deployments { get; init; }

    public string[]? Fallbacks { get; init; }

    public RetriesSection? Retries { get; init; }

    public ParametersSection? Parameters { get; init; }

    public TimeoutsSection? Timeouts { get; init; }

    public bool? AcceptImageField { get; init; }
}
