using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Gateway.Core.Errors;
using Gateway.Keys;
using Microsoft.Extensions.Options;

namespace Gateway.Admin;

/// <summary>Stands before every endpoint: lets the admin key in, and answers for a database that is away.</summary>
internal sealed partial class AdminAuthorization(IOptions<AdminOptions> options, KeyAuthenticator keys, ILogger<AdminAuthorization> logger) : IEndpointFilter
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

        var header = http.Request.Headers.Authorization.ToString();
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim(' '))), _adminKey))
        {
            return null;
        }

        // A key that is good for inference learns that it lacks a role, not that it is wrong.
        var outcome = await keys.AuthenticateAsync(header, http.RequestAborted);
        return outcome.TryGet(out _, out var error) ? GatewayError.AdminForbidden()
            : error.Status == 401 ? GatewayError.AdminKeyRequired()
            : error;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The database failed under {Path}")]
        public static partial void DatabaseFailed(ILogger logger, string path, Exception cause);
    }
}
