using Gateway.Simulator.Anthropic;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Gemini;
using Gateway.Simulator.OpenAi;
using Gateway.Simulator.OpenAi.Media;
using Gateway.Simulator.OpenAi.Texts;
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
    private const string Version = "/v1";
    private const string Responses = "/v1/responses";

    private readonly ChatEndpoint _chat = new(options, script);
    private readonly ResponsesEndpoint _responses = new(options, script, static (headers, number, _) => OpenAiHeaders.Write(headers, number, TimeSpan.Zero), OpenAiError.Of);
    private readonly Azure.ChatEndpoint _azure = new(options, script);
    private readonly MessagesEndpoint _messages = new(options, script);
    private readonly GenerateEndpoint _generate = new(options, script);
    private readonly TextEndpoint _texts = new(
        options, script, static (headers, number, _) => OpenAiHeaders.Write(headers, number, TimeSpan.Zero), OpenAiError.Of, filtered: false);

    private readonly MediaEndpoint _media = new(options, script);
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
        var dialect = DialectOf(path);
        using var body = await ReceivedBody.ReadAsync(context.Request, recorder.Enabled, gone);
        var record = recorder.Enabled ? recorder.Record(context.Request, dialect, body.Bytes) : null;
        var state = RequestState.Cut;
        try
        {
            await (dialect switch
            {
                SimulatorDialect.Azure => _azure.HandleAsync(context, path, body.Bytes, gone),
                SimulatorDialect.Anthropic => _messages.HandleAsync(context, path, body.Bytes, gone),
                SimulatorDialect.Gemini => _generate.HandleAsync(context, path, body.Bytes, gone),
                _ => AnswerAsync(context, path, body.Bytes, gone),
            });
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

    private static SimulatorDialect DialectOf(string path) =>
        path.StartsWith("/openai/", StringComparison.Ordinal) ? SimulatorDialect.Azure
        : path.StartsWith("/v1/messages", StringComparison.Ordinal) ? SimulatorDialect.Anthropic
        : path.StartsWith("/v1beta/", StringComparison.Ordinal) ? SimulatorDialect.Gemini
        : SimulatorDialect.OpenAi;

    private Task AnswerAsync(HttpContext context, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (_authorization is not null && !string.Equals(context.Request.Headers.Authorization, _authorization, StringComparison.Ordinal))
        {
            return ErrorAnswer.SendAsync(context.Response, OpenAiError.InvalidKey, options.Time, cancellationToken);
        }

        if (path.StartsWith(Responses, StringComparison.Ordinal) && ResponsesEndpoint.Serves(context.Request.Method, path[Responses.Length..]))
        {
            return _responses.HandleAsync(context, path[Responses.Length..], body, cancellationToken);
        }

        return (context.Request.Method, path) switch
        {
            ("POST", "/v1/chat/completions") => _chat.HandleAsync(context, body, cancellationToken),
            ("POST", _) when path.StartsWith(Version, StringComparison.Ordinal) && TextEndpoint.Serves(path[Version.Length..]) =>
                _texts.HandleAsync(context, path[Version.Length..], deployment: null, body, cancellationToken),
            ("POST", _) when MediaEndpoint.Serves(path) => _media.HandleAsync(context, path, body, cancellationToken),
            ("GET", "/v1/models") => _models.HandleAsync(context, cancellationToken),
            var (method, _) => ErrorAnswer.SendAsync(context.Response, OpenAiError.UnknownPath(method, path), options.Time, cancellationToken),
        };
    }
}
