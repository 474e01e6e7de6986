using System.Text;
using System.Text.Json;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Recording;

/// <summary>
/// For users outside the process: <c>GET</c> and <c>DELETE /simulator/requests</c>, <c>POST</c> and
/// <c>DELETE /simulator/script</c>. A script is a JSON array of directive texts.
/// </summary>
internal sealed class ControlEndpoints(SimulatorOptions options, SimulatorRecorder recorder, SimulatorScript script)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public async Task HandleAsync(HttpContext context, string path, CancellationToken cancellationToken)
    {
        switch (context.Request.Method, path)
        {
            case ("GET", "/simulator/requests"):
                using (var list = new MemoryStream())
                {
                    WriteRequests(list);
                    await SendAsync(context.Response, 200, list.ToArray(), cancellationToken);
                }

                break;
            case ("DELETE", "/simulator/requests"):
                recorder.Clear();
                context.Response.StatusCode = 204;
                break;
            case ("POST", "/simulator/script"):
                using (var body = await ReceivedBody.ReadAsync(context.Request, keep: false, cancellationToken))
                {
                    var complaint = Enqueue(body.Bytes.Span);
                    await SendAsync(context.Response, complaint is null ? 200 : 400, Answer(complaint), cancellationToken);
                }

                break;
            case ("DELETE", "/simulator/script"):
                script.Clear();
                context.Response.StatusCode = 204;
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }

    private Task SendAsync(HttpResponse response, int status, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        response.StatusCode = status;
        return JsonAnswer.SendAsync(response, json, Behavior.Normal, options.Time, cancellationToken);
    }

    private byte[] Answer(string? complaint)
    {
        using var buffer = new Utf8Buffer();
        buffer.Raw(complaint is null ? "{\"queued\":"u8 : "{\"error\":"u8);
        if (complaint is null)
        {
            buffer.Number(script.Count);
        }
        else
        {
            buffer.Quoted(complaint);
        }

        buffer.Raw("}"u8);
        return buffer.Span.ToArray();
    }

    private string? Enqueue(ReadOnlySpan<byte> json)
    {
        var behaviors = new List<Behavior>();
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
                {
                    continue;
                }

                if (reader.TokenType is not JsonTokenType.String)
                {
                    return "A script is an array of strings, such as [\"status=429;retry_after=1\", \"hang\"].";
                }

                if (!Behavior.TryParse(reader.GetString() ?? "", out var behavior, out var complaint))
                {
                    return complaint;
                }

                behaviors.Add(behavior);
            }
        }
        catch (JsonException broken)
        {
            return broken.Message;
        }

        script.Enqueue([.. behaviors]);
        return null;
    }

    private void WriteRequests(Stream to)
    {
        using var json = new Utf8JsonWriter(to);
        json.WriteStartArray();
        foreach (var request in recorder.Snapshot())
        {
            json.WriteStartObject();
            json.WriteNumber("number", request.Number);
            json.WriteString("arrived_at", request.ArrivedAt);
            json.WriteString("dialect", NameOf(request.Dialect));
            json.WriteString("method", request.Method);
            json.WriteString("path", request.Path);
            json.WriteString("query", request.Query);
            json.WriteStartArray("headers");
            foreach (var (name, value) in request.Headers)
            {
                json.WriteStartArray();
                json.WriteStringValue(name);
                json.WriteStringValue(value);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteBase64String("body_base64", request.Body.Span);
            json.WriteString("body", TextOf(request.Body.Span));
            json.WriteBoolean("body_omitted", request.BodyOmitted);
            json.WriteString("state", NameOf(request.State));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string? TextOf(ReadOnlySpan<byte> body)
    {
        try
        {
            return Strict.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string NameOf(SimulatorDialect dialect) => dialect switch
    {
        SimulatorDialect.Azure => "azure",
        SimulatorDialect.Anthropic => "anthropic",
        SimulatorDialect.Gemini => "gemini",
        _ => "openai",
    };

    private static string NameOf(RequestState state) => state switch
    {
        RequestState.Answered => "answered",
        RequestState.ClientGone => "client_gone",
        RequestState.Cut => "cut",
        _ => "in_progress",
    };
}
