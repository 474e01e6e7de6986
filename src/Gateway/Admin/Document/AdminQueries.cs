using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Gateway.Admin.Document;

/// <summary>The parameters of lists, as <see cref="QueryFields"/> reads them.</summary>
internal static class AdminQueries
{
    public static OpenApiParameter Tenant => Text("tenant", "Only what is of this tenant. One whose role is below owner sees its own tenant's alone.");

    public static OpenApiParameter Key => Text("key", "Only what is of the key with this id.");

    public static OpenApiParameter Model => Text("model", "Only requests for this model, by the name that clients ask for.");

    public static OpenApiParameter From => Time("from", "The first instant: a time such as 2026-01-31T12:00:00Z, or a date (midnight in UTC).");

    public static OpenApiParameter To => Time("to", "The instant that ends it and is not included itself.");

    public static OpenApiParameter FromDay => Time("from", "The first day, as a date such as 2026-01-31, in UTC.");

    public static OpenApiParameter ToDay => Time("to", "The day that ends it and is not included itself; later than 'from'.");

    public static OpenApiParameter GroupBy => Text("group_by", "Some of day, model, key, tenant, each once, with commas between. Without it, one sum of all.");

    public static OpenApiParameter[] Page =>
    [
        new()
        {
            Name = "limit",
            In = ParameterLocation.Query,
            Description = "The most entries of a page.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = "1000", Default = JsonValue.Create(50) },
        },
        Text("cursor", "The next_cursor of the page before."),
    ];

    public static OpenApiParameter Required(OpenApiParameter parameter)
    {
        parameter.Required = true;
        return parameter;
    }

    private static OpenApiParameter Text(string name, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Query,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static OpenApiParameter Time(string name, string description)
    {
        var parameter = Text(name, description);
        parameter.Example = JsonValue.Create("2026-01-31");
        return parameter;
    }
}
