using Gateway.Core.Callers;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Gateway.Admin.Document;

/// <summary>The OpenAPI document of the admin API. It is the same for all who may read it, and made once.</summary>
internal sealed class AdminDocument
{
    /// <summary>By which the framework knows it.</summary>
    public const string Name = "admin";

    private readonly Lazy<Task<byte[]>> _bytes;

    public AdminDocument([FromKeyedServices(Name)] IOpenApiDocumentProvider provider) => _bytes = new(() => WriteAsync(provider));

    public static void Map(RouteGroupBuilder admin) => admin.MapGet("/openapi.json", GetAsync).For(Role.Viewer).Gives<RawJson>(new AdminOperation("This document.")
    {
        Answer = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "An OpenAPI document." },
    });

    private static async Task<IResult> GetAsync(AdminDocument document, CancellationToken cancellationToken) =>
        TypedResults.Bytes(await document._bytes.Value.WaitAsync(cancellationToken), "application/json; charset=utf-8");

    private static async Task<byte[]> WriteAsync(IOpenApiDocumentProvider provider)
    {
        // It belongs to no request, so none can cancel it.
        var document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
        using var stream = new MemoryStream();
        await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
        return stream.ToArray();
    }
}
