using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary><c>GET /v1/models</c>.</summary>
internal sealed class ModelsEndpoint(SimulatorOptions options)
{
    private const long CreatedAt = 1715367049;

    public async Task HandleAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using var buffer = new Utf8Buffer();
        buffer.Raw("{\"object\":\"list\",\"data\":["u8);
        for (var i = 0; i < options.Models.Count; i++)
        {
            buffer.Raw(i == 0 ? "{\"id\":"u8 : ",{\"id\":"u8);
            buffer.Quoted(options.Models[i]);
            buffer.Raw(",\"object\":\"model\",\"created\":"u8);
            buffer.Number(CreatedAt);
            buffer.Raw(",\"owned_by\":\"simulator\"}"u8);
        }

        buffer.Raw("]}"u8);
        await JsonAnswer.SendAsync(context.Response, buffer.Memory, Behavior.Normal, options.Time, cancellationToken);
    }
}
