namespace Gateway.Simulator.Wire;

/// <summary>An error in a shape that is no provider's own, as resellers send it.</summary>
internal sealed record ForeignError(int Status, string Code, string? Message) : IProviderError
{
    public void Write(Utf8Buffer to)
    {
        to.Raw("{\"success\":false,\"error\":{\"code\":"u8);
        to.Quoted(Code);
        to.Raw(",\"message\":"u8);
        to.Quoted(Message ?? "The request was refused.");
        to.Raw("},\"trace_id\":\"sim-trace\"}"u8);
    }
}
