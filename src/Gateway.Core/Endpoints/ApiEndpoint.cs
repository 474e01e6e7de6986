using System.Collections.Immutable;

namespace Gateway.Core.Endpoints;

/// <summary>The endpoints of the inference API. One more is one more line here.</summary>
public static class ApiEndpoint
{
    public static readonly IEndpoint ChatCompletions = new ChatCompletions();

    public static readonly IEndpoint Messages = new Messages(ChatCompletions);

    /// <summary><c>/v1/messages</c> as its tokens are counted, for which nobody is asked.</summary>
    public static readonly IEndpoint CountedMessages = new Messages(ChatCompletions, forCount: true);

    public static readonly IEndpoint Responses = new Responses();

    public static readonly IEndpoint Completions = new Completions();

    public static readonly IEndpoint Embeddings = new Embeddings();

    public static readonly IEndpoint Moderations = new Moderations();

    public static readonly IEndpoint ImageGenerations = new ImageEndpoint("/images/generations", "prompt", weighs: true, "image.generation.quote", edits: false, json: true);

    public static readonly IEndpoint ImageEdits = new ImageEndpoint("/images/edits", "prompt", weighs: true, "image.edit.quote", edits: true, json: true);

    public static readonly IEndpoint ImageVariations = new ImageEndpoint("/images/variations", requires: null, weighs: false, quoteObject: null, edits: true, json: false);

    public static readonly IEndpoint Speech = new SpeechEndpoint();

    public static readonly IEndpoint Transcriptions = new TranscriptEndpoint("/audio/transcriptions");

    public static readonly IEndpoint Translations = new TranscriptEndpoint("/audio/translations");

    /// <summary>All that a client can call.</summary>
    public static readonly ImmutableArray<IEndpoint> All =
    [
        ChatCompletions,
        Messages,
        Responses,
        Completions,
        Embeddings,
        Moderations,
        ImageGenerations,
        ImageEdits,
        ImageVariations,
        Speech,
        Transcriptions,
        Translations,
    ];
}
