using Gateway.Core.Callers;

namespace Gateway.Admin;

internal static class AdminPermissions
{
    public static RouteHandlerBuilder For(this RouteHandlerBuilder endpoint, Role least) => endpoint.WithMetadata(new AdminPermission(least));
}
