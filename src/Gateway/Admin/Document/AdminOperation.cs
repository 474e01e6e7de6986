using Microsoft.OpenApi;

namespace Gateway.Admin.Document;

/// <summary>What the document says of an endpoint that its code does not show: handlers read bodies and queries by hand, field by field.</summary>
/// <param name="Summary">What it does, in one sentence.</param>
internal sealed record AdminOperation(string Summary)
{
    public string? Description { get; init; }

    /// <summary>The name of the body's schema in <see cref="BodySchemas.All"/>, or null where none is read.</summary>
    public string? Body { get; init; }

    public bool BodyMayBeAbsent { get; init; }

    /// <summary>A body that is accepted, as JSON.</summary>
    public string? Example { get; init; }

    public IReadOnlyList<OpenApiParameter> Parameters { get; init; } = [];

    /// <summary>What 409 means here, or null where it never comes.</summary>
    public string? Conflict { get; init; }

    /// <summary>The schema of a good answer that no record has.</summary>
    public OpenApiSchema? Answer { get; init; }
}
