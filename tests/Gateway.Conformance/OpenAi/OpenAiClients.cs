using System.ClientModel;
using System.ClientModel.Primitives;
using Gateway.Conformance.Running;
using Gateway.Testing;
using Gateway.Testing.Redaction;
using OpenAI;
using OpenAI.Audio;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Images;
using OpenAI.Models;
using OpenAI.Moderations;
using OpenAI.Responses;

namespace Gateway.Conformance.OpenAi;

/// <summary>OpenAI's own .NET clients, given a base URL and a key and nothing else.</summary>
internal static class OpenAiClients
{
    public static ChatClient Chat(this RunningGateway gateway, GatewayKey key, string model = Offer.Chat) =>
        new(model, new ApiKeyCredential(key.Secret), Options(gateway));

    public static ImageClient Images(this RunningGateway gateway, GatewayKey key, string model = "gpt-image-1") =>
        new(model, new ApiKeyCredential(key.Secret), Options(gateway));

    public static AudioClient Audio(this RunningGateway gateway, GatewayKey key, string model) => new(model, new ApiKeyCredential(key.Secret), Options(gateway));

    public static EmbeddingClient Embeddings(this RunningGateway gateway, GatewayKey key, string model = "text-embedding-3-small") =>
        new(model, new ApiKeyCredential(key.Secret), Options(gateway));

    public static ModerationClient Moderations(this RunningGateway gateway, GatewayKey key) =>
        new("omni-moderation-latest", new ApiKeyCredential(key.Secret), Options(gateway));

    public static OpenAIModelClient Models(this RunningGateway gateway, GatewayKey key) => new(new ApiKeyCredential(key.Secret), Options(gateway));

#pragma warning disable OPENAI001 // The client's own word that its names may yet change.
    public static ResponsesClient Responses(this RunningGateway gateway, GatewayKey key) =>
        new(new ApiKeyCredential(key.Secret), new ResponsesClientOptions { Endpoint = gateway.Process.OpenAiBase, Transport = Transport });
#pragma warning restore OPENAI001

    /// <summary>The way of all these clients, on which what they say is taken down.</summary>
    public static PipelineTransport Transport { get; } = new HttpClientPipelineTransport(RecordingHandler.NewClient());

    private static OpenAIClientOptions Options(RunningGateway gateway) => new() { Endpoint = gateway.Process.OpenAiBase, Transport = Transport };
}
