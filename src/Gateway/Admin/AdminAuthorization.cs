using System.Data.Common;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;
using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Admin;

/// <summary>Stands before every endpoint: finds out who asks, lets in who may, and answers for a database that is away.</summary>
internal sealed partial class AdminAuthorization(IOptions<AdminOptions> options, KeyAuthenticator keys, BadKeys badKeys, ILogger<AdminAuthorization> logger) : IEndpointFilter
{
    private const string Scheme = "Bearer ";

    // Hashed, so that lengths compare equal and the time tells nothing of the key.
    private readonly byte[]? _adminKey = options.Value.AdminKey is { } key ? SHA256.HashData(Encoding.UTF8.GetBytes(key)) : null;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            return await RefuseAsync(http) is { } error ? new AdminError(error) : await next(context);
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            Log.DatabaseFailed(logger, http.Request.Path, e);
            return new AdminError(GatewayError.StoreUnavailable());
        }
    }

    private async ValueTask<GatewayError?> RefuseAsync(HttpContext http)
    {
        if (_adminKey is null)
        {
            return GatewayError.UnknownUrl(http.Request.Method, http.Request.Path);
        }

        if (!(await FindAsync(http)).TryGet(out var caller, out var error))
        {
            return error;
        }

        http.Features.Set(caller);
        var least = http.GetEndpoint()?.Metadata.GetMetadata<AdminPermission>()?.Least ?? Role.Owner;
        return caller.Role >= least ? null : GatewayError.RoleTooLow(RoleText.Of(least));
    }

    private async ValueTask<Outcome<AdminCaller>> FindAsync(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        var address = http.Connection.RemoteIpAddress;
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim(' '))), _adminKey))
        {
            return new AdminCaller(Role.Owner, null, new Actor("admin key", RoleText.Owner, Text(address)));
        }

        // A key that is good for inference learns that it lacks a role, not that it is wrong.
        if (!(await keys.AuthenticateAsync(header, address, http.RequestAborted)).TryGet(out var caller, out var error))
        {
            return error.Status switch
            {
                StatusCodes.Status401Unauthorized when error.Code is null => badKeys.Refuse(address, GatewayError.AdminKeyRequired()),
                StatusCodes.Status401Unauthorized when error.Code == GatewayError.ExpiredKey().Code => error,
                StatusCodes.Status401Unauthorized => GatewayError.AdminKeyRequired(),
                _ => error,
            };
        }

        return caller.Role == Role.Member
            ? GatewayError.AdminForbidden()
            : new AdminCaller(
                caller.Role, caller.Role == Role.Owner ? null : caller.Tenant, new Actor(caller.Key.Value, RoleText.Of(caller.Role), Text(address)));
    }

    private static string? Text(IPAddress? address) => address is null ? null : AddressRanges.Plain(address).ToString();

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The database failed under {Path}")]
        public static partial void DatabaseFailed(ILogger logger, string path, Exception cause);
    }
}
