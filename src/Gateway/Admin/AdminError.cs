using System.Diagnostics;
using System.Globalization;
using Gateway.Core.Errors;

namespace Gateway.Admin;

/// <summary>A refusal as OpenAI's clients read it.</summary>
internal sealed class AdminError(GatewayError error) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = error.Status;
        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (error.Retry == RetryAdvice.After)
        {
            response.Headers.RetryAfter = ((long)Math.Ceiling(error.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        var trace = Activity.Current?.TraceId.ToString() ?? httpContext.TraceIdentifier;
        var body = new ErrorJson(new ErrorBodyJson(error.Message, error.Type, error.Param, error.Code), trace);
        return response.WriteAsJsonAsync(body, AdminJson.Default.ErrorJson, cancellationToken: httpContext.RequestAborted);
    }
}
