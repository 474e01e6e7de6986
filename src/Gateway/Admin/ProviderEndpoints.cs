using Gateway.Admin.Document;
using Gateway.Core.Callers;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Mvc;

namespace Gateway.Admin;

/// <summary>The health of the deployments, as the node that is asked sees it.</summary>
internal static class ProviderEndpoints
{
    public static void Map(RouteGroupBuilder admin) => admin.MapGet("/providers", Get).For(Role.Owner).Gives<ListJson<ProviderJson>>(
        new AdminOperation("Shows each deployment's health, as the node that is asked sees it."));

    private static IResult Get(HttpRequest request, [FromServices] DeploymentBoard board)
    {
        var query = new QueryFields(request);
        query.RefuseOthers();
        return query.Error is { } error
            ? new AdminError(error)
            : TypedResults.Json(ListJson<ProviderJson>.Of(board.Read().Select(ProviderJson.Of), next: null), AdminJson.Default.ProviderList);
    }
}
