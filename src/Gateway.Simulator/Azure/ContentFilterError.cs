using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Azure;

/// <summary>The prompt was stopped by the content filter: what it found is told in an inner error.</summary>
internal sealed record ContentFilterError(int Status, string? Message) : IProviderError
{
    public void Write(Utf8Buffer to)
    {
        to.Raw("{\"error\":{\"message\":"u8);
        to.Quoted(Message ?? "The prompt was stopped by the content management policy; change it and try again.");
        to.Raw(",\"type\":null,\"param\":\"prompt\",\"code\":\"content_filter\",\"status\":"u8);
        to.Number(Status);
        to.Raw(
            """
            ,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":true,"severity":"medium"},"jailbreak":{"filtered":false,"detected":false}}}}}
            """u8);
    }
}
