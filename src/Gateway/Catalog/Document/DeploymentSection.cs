namespace Gateway.Catalog.Document;

/// <summary>One of a model's <c>deployments</c>.</summary>
internal sealed record DeploymentSection
{
    public string? Provider { get; init; }

    public string? Model { get; init; }

    public long? Priority { get; init; }

    public long? Weight { get; init; }

    public long? MaxConcurrency { get; init; }

    public ImageTokensSection? ImageTokens { get; init; }

    public string? Tokenizer { get; init; }
}
