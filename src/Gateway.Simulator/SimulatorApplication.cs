using Gateway.Simulator.Behaviors;
using Gateway.Simulator.OpenAi;
using Gateway.Simulator.Recording;
using Gateway.Simulator.Wire;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Simulator;

/// <summary>
/// Takes requests from Kestrel itself, without the hosting layer: it would report the simulator's requests under the
/// names of the gateway's own in the process that both share, and costs more than the rest of an answer.
/// </summary>
internal sealed class SimulatorApplication(SimulatorOptions options, SimulatorRecorder recorder, SimulatorScript script)
    : IHttpApplication<DefaultHttpContext>
{
    private readonly ChatEndpoint _chat = new(options, script);
    private readonly ModelsEndpoint _models = new(options);
    private readonly ControlEndpoints _control = new(options, recorder, script);
    private readonly string? _authorization = options.ApiKey is { } key ? $"Bearer {key}" : null;

    public DefaultHttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        // Kestrel keeps one context a connection where it is given a place for it.
        if (contextFeatures is not IHostContextContainer<DefaultHttpContext> container)
        {
            return new DefaultHttpContext(contextFeatures);
        }

        if (container.HostContext is { } used)
        {
            used.Initialize(contextFeatures);
            return used;
        }

        return container.HostContext = new DefaultHttpContext(contextFeatures);
    }

    public void DisposeContext(DefaultHttpContext context, Exception? exception) => context.Uninitialize();

    public async Task ProcessRequestAsync(DefaultHttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path is "/healthz")
        {
            await context.Response.BodyWriter.WriteAsync("ok\n"u8.ToArray(), context.RequestAborted);
        }
        else if (path.StartsWith("/simulator/", StringComparison.Ordinal))
        {
            await _control.HandleAsync(context, path, context.RequestAborted);
        }
        else
        {
            await ServeAsync(context, path, context.RequestAborted);
        }
    }

    private async Task ServeAsync(HttpContext context, string path, CancellationToken gone)
    {
        using var body = await ReceivedBody.ReadAsync(context.Request, recorder.Enabled, gone);
        var record = recorder.Enabled ? recorder.Record(context.Request, body.Bytes) : null;
        var state = RequestState.Cut;
        try
        {
            await AnswerAsync(context, path, body.Bytes, gone);
            state = gone.IsCancellationRequested ? RequestState.ClientGone : RequestState.Answered;
        }
        catch (OperationCanceledException)
        {
            state = RequestState.ClientGone;
        }
        finally
        {
            record?.Finish(state);
        }
    }

    private Task AnswerAsync(HttpContext context, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (_authorization is not null && !string.Equals(context.Request.Headers.Authorization, _authorization, StringComparison.Ordinal))
        {
            return OpenAiError.InvalidKey.SendAsync(context.Response, Behavior.Normal, options.Time, cancellationToken);
        }

        return (context.Request.Method, path) switch
        {
            ("POST", "/v1/chat/completions") => _chat.HandleAsync(context, body, cancellationToken),
            ("GET", "/v1/models") => _models.HandleAsync(context, cancellationToken),
            var (method, _) => OpenAiError.UnknownPath(method, path)
                .SendAsync(context.Response, Behavior.Normal, options.Time, cancellationToken),
        };
    }
}
