using Gateway.Core.Models;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects;

/// <summary>A request, read and looked at, on its way to one deployment.</summary>
/// <param name="Body">As the client sent it; every range of <paramref name="Plan"/> is an offset into it.</param>
/// <param name="Plan">What was read of it, and what the model card makes of its parameters.</param>
/// <param name="Images">Its image parts, in order.</param>
/// <param name="Card">The model of the catalog.</param>
/// <param name="Deployment">Who is to receive it.</param>
public readonly record struct UpstreamRequest(ReadOnlyMemory<byte> Body, RequestPlan Plan, ReadOnlyMemory<SizedImage> Images, ModelCard Card, Deployment Deployment);
