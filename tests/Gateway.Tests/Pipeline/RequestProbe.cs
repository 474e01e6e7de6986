using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Tests.Pipeline;

/// <summary>
/// Stands around the whole gateway and tells what cannot be seen from outside: that a client's leaving was noticed, and that a request is
/// over, its reservation with it. Tokens run what was registered last first, so by the time this one hears of it, everybody has.
/// </summary>
internal sealed class RequestProbe : IStartupFilter, IDisposable
{
    private readonly SemaphoreSlim _noticed = new(0);
    private readonly SemaphoreSlim _ended = new(0);

    public Action<IServiceCollection> Register => services => services.AddSingleton<IStartupFilter>(this);

    /// <summary>What is done to a request before the gateway sees it.</summary>
    public Action<HttpContext> Before { get; set; } = static _ => { };

    /// <summary>Waits for one more client to have left.</summary>
    public Task NoticedAsync(CancellationToken ct) => _noticed.WaitAsync(ct);

    /// <summary>Waits for one more request to be over.</summary>
    public Task EndedAsync(CancellationToken ct) => _ended.WaitAsync(ct);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (HttpContext context, RequestDelegate rest) =>
        {
            await using var left = context.RequestAborted.UnsafeRegister(static probe => ((RequestProbe)probe!)._noticed.Release(), this);
            Before(context);
            try
            {
                await rest(context);
            }
            finally
            {
                _ended.Release();
            }
        });
        next(app);
    };

    public void Dispose()
    {
        _noticed.Dispose();
        _ended.Dispose();
    }
}
