namespace Gateway.Admin.Document;

/// <summary>Describes endpoints where they are mapped.</summary>
internal static class AdminOperations
{
    // None of these is an IAcceptsMetadata, which would refuse a body by its Content-Type: curl -d sends another one than JSON's.
    private static readonly int[] AlwaysPossible =
    [
        StatusCodes.Status400BadRequest,
        StatusCodes.Status401Unauthorized,
        StatusCodes.Status403Forbidden,
        StatusCodes.Status404NotFound,
        StatusCodes.Status429TooManyRequests,
        StatusCodes.Status503ServiceUnavailable,
    ];

    /// <typeparam name="T">The record that a good answer is made from.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="operation">What is to be said of it.</param>
    /// <param name="status">Of a good answer.</param>
    /// <param name="otherTypes">Media types that a good answer may have besides JSON.</param>
    public static RouteHandlerBuilder Gives<T>(
        this RouteHandlerBuilder endpoint, AdminOperation operation, int status = StatusCodes.Status200OK, params string[] otherTypes)
    {
        endpoint.WithMetadata(operation).WithSummary(operation.Summary).Produces<T>(status, "application/json", otherTypes);
        foreach (var refusal in AlwaysPossible)
        {
            endpoint.Produces<ErrorJson>(refusal);
        }

        if (operation.Body is not null)
        {
            endpoint.Produces<ErrorJson>(StatusCodes.Status413PayloadTooLarge);
        }

        return operation.Conflict is null ? endpoint : endpoint.Produces<ErrorJson>(StatusCodes.Status409Conflict);
    }
}
