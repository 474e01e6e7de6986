using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects;

/// <summary>A chat request, read and looked at, on its way to one deployment.</summary>
/// <param name="Body">As the client sent it; every range of <paramref name="Plan"/> is an offset into it.</param>
/// <param name="Plan">What was read of it, and what the model card makes of its parameters.</param>
/// <param name="Images">Its image parts, in order.</param>
/// <param name="Card">The model of the catalog.</param>
/// <param name="Deployment">Who is to receive it.</param>
public readonly record struct ChatRequest(ReadOnlyMemory<byte> Body, RequestPlan Plan, ReadOnlyMemory<SizedImage> Images, ModelCard Card, Deployment Deployment)
{
    /// <summary>The body in the deployment's own dialect; a refusal by name where that cannot express what the client asks for.</summary>
    public Outcome<SplicedBody> Write() =>
        Deployment.Provider.Dialect.Translation is { } translation ? translation.WriteRequest(this) : OpenAiRequest.Write(this);
}
