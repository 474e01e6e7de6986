using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Gateway.Core.Callers;
using Gateway.Keys;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Gateway.Admin.Document;

/// <summary>Makes the framework's document ours: what handlers read by hand, what fields mean, who may, and no word about the host that was asked.</summary>
internal static class DocumentShape
{
    private const string Bearer = "bearer";
    private const string JsonSuffix = "Json";

    private const string Introduction = """
        Tenants, their keys and money, and what they used. Every call, this document's too, carries `Authorization: Bearer <key>`: the admin key of
        the gateway, which may do everything, or a tenant's key whose role is viewer, admin or owner. Each operation says the least role that it asks for.
        A viewer or admin sees its own tenant alone; another tenant's objects answer 404, as if they were not there.

        Lists give the newest first, in pages: `limit` and `cursor`, and `next_cursor` in the answer. Money in bodies and answers is a decimal of US
        dollars in a string; in ledger rows it is an integer of billionths, in fields so named. Fields and parameters that are not known are refused. A refusal
        changes nothing.
        """;

    public static void Apply(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = static endpoint => endpoint.RelativePath?.StartsWith("admin/", StringComparison.Ordinal) == true;
        options.CreateSchemaReferenceId = static type => OpenApiOptions.CreateDefaultSchemaReferenceId(type) is null ? null : NameOf(type.Type);
        options.AddSchemaTransformer(static (schema, context, _) => ShapeSchema(schema, context));
        options.AddOperationTransformer(static (operation, context, _) => ShapeOperation(operation, context));
        options.AddDocumentTransformer(static (document, _, _) => ShapeDocument(document));
    }

    /// <summary><c>KeyJson</c> is Key, and a list of them KeyList; a column's raw JSON has no name.</summary>
    private static string? NameOf(Type type) =>
        type == typeof(RawJson) ? null
        : type == typeof(StoredLimits) ? "RateLimits"
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ListJson<>) ? $"{NameOf(type.GenericTypeArguments[0])}List"
        : type.Name.EndsWith(JsonSuffix, StringComparison.Ordinal) ? type.Name[..^JsonSuffix.Length]
        : null;

    private static Task ShapeSchema(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        if (context.JsonTypeInfo.Type == typeof(RawJson))
        {
            // A text that a database could not hold as it was stands as a string.
            schema.Type = JsonSchemaType.Object | JsonSchemaType.String | JsonSchemaType.Null;
        }
        else if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object && schema.Properties is { Count: > 0 })
        {
            // What is null is written, but where a field says that it is left out.
            schema.Required = context.JsonTypeInfo.Properties
                .Where(static field => field.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false) is not { Length: > 0 })
                .Select(static field => field.Name)
                .ToHashSet();
        }

        return Task.CompletedTask;
    }

    private static Task ShapeOperation(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var described = metadata.OfType<AdminOperation>().Last();
        var least = RoleText.Of(metadata.OfType<AdminPermission>().LastOrDefault()?.Least ?? Role.Owner);
        operation.Description = $"For {(least == RoleText.Owner ? "owners" : $"the role {least} and those above it")}, and the admin key. {described.Description}".TrimEnd();
        operation.Extensions = new Dictionary<string, IOpenApiExtension> { ["x-least-role"] = new JsonNodeExtension(JsonValue.Create(least)) };
        operation.Tags = null;
        ShapeParameters(operation, described, context.Description.RelativePath ?? "");
        if (described.Body is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = !described.BodyMayBeAbsent,
                Description = $"JSON of at most {AdminBody.MaxBytes} bytes, whatever Content-Type says.",
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new()
                    {
                        Schema = new OpenApiSchemaReference(body, context.Document),
                        Example = described.Example is { } example ? JsonNode.Parse(example) : null,
                    },
                },
            };
        }

        ShapeResponses(operation, described);
        return Task.CompletedTask;
    }

    private static void ShapeParameters(OpenApiOperation operation, AdminOperation described, string path)
    {
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            parameter.Description = parameter.Name == "requestId" ? "The request's id." : $"The {(path.StartsWith("admin/v1/keys", StringComparison.Ordinal) ? "key" : "tenant")}'s id.";
        }

        if (described.Parameters.Count > 0)
        {
            operation.Parameters = [.. operation.Parameters ?? [], .. described.Parameters];
        }
    }

    private static void ShapeResponses(OpenApiOperation operation, AdminOperation described)
    {
        foreach (var (status, response) in operation.Responses ?? [])
        {
            response.Description = status switch
            {
                "200" => "Done.",
                "201" => "Made.",
                "400" => "A field or parameter is wrong; 'param' names it.",
                "401" => "There is no key, or one that is not known.",
                "403" => "The key's role is too low, for the call or for a field of it.",
                "404" => "It is not there, or is another tenant's; or this gateway has no admin API.",
                "409" => described.Conflict,
                "413" => $"The body has more than {AdminBody.MaxBytes} bytes.",
                "429" => "Too many bad keys came from this address; Retry-After says when to come again. A good key never gets this.",
                "503" => "The database, or what else it needs, is away. Nothing is known to be changed; look before you repeat a change.",
                _ => response.Description,
            };
            foreach (var (type, content) in response.Content ?? new Dictionary<string, OpenApiMediaType>())
            {
                content.Schema = type == "text/csv" ? new OpenApiSchema { Type = JsonSchemaType.String, Description = "All rows of the filter, with a header line." }
                    : status == "200" && described.Answer is { } answer ? answer
                    : content.Schema;
            }
        }
    }

    private static Task ShapeDocument(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo { Title = "Gateway admin API", Version = "v1", Description = Introduction };

        // Else it would be the host that the first request named, whoever sent it.
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        foreach (var (name, schema) in document.Components.Schemas ?? new Dictionary<string, IOpenApiSchema>())
        {
            Explain(name, schema);
        }

        foreach (var (name, schema) in BodySchemas.All)
        {
            document.AddComponent(name, schema);
        }

        document.AddComponent(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "The admin key, or a tenant's key with the role viewer, admin or owner.",
        });
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
        return Task.CompletedTask;
    }

    private static void Explain(string name, IOpenApiSchema schema)
    {
        foreach (var (field, property) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
        {
            property.Description = FieldTexts.Find(name, field);
            if (property is OpenApiSchema own && FieldTexts.Values(name, field) is { } words)
            {
                own.Enum = [.. words.Select(word => JsonValue.Create(word))];
            }
        }
    }
}
