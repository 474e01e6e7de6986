using Gateway.Core.Text;

namespace Gateway.Core.Requests;

/// <summary>
/// What the gateway knows of a body after one pass over its bytes. The body itself stays as it came; everything here is either a
/// small value or a range into it.
/// </summary>
public record ParsedRequest
{
    /// <summary>The model's name as the client sent it.</summary>
    public required string Model { get; init; }

    public bool Stream { get; init; }

    public StreamOptions StreamOptions { get; init; }

    /// <summary>1 or more, or null where absent.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>1 or more, or null where absent.</summary>
    public long? MaxCompletionTokens { get; init; }

    /// <summary>Completion tokens of one answer where nobody states a maximum: 0 where nothing is completed, null where the endpoint sets no bound.</summary>
    public long? DefaultCompletion { get; init; }

    /// <summary>Answers asked for: 1 to 128, for each of several prompts.</summary>
    public int N { get; init; } = 1;

    public int Messages { get; init; }

    /// <summary>Messages that carry a <c>name</c>.</summary>
    public int NamedMessages { get; init; }

    /// <summary>All text that the model reads: contents, names, tool calls, tool and schema definitions; never image, audio or file data.</summary>
    public TextSize Text { get; init; }

    /// <summary>Tokens that the body itself holds in place of text, beside <see cref="Text"/>.</summary>
    public long GivenTokens { get; init; }

    public IReadOnlyList<ImagePart> Images { get; init; } = [];

    /// <summary>What turns parts of other forms into <c>image_url</c> parts, but for the URL itself.</summary>
    public IReadOnlyList<Splice> ImageEdits { get; init; } = [];

    /// <summary>Messages' own <c>image</c> fields: their images are among <see cref="Images"/>, and a model card says whether they are accepted.</summary>
    public IReadOnlyList<ImageField> ImageFields { get; init; } = [];

    /// <summary>What a request about images or audio asks for; null for any other.</summary>
    public MediaTerms? Media { get; init; }

    /// <summary>The form that the request came as, whose fields were read; null where it came as JSON.</summary>
    public FormBody? Form { get; init; }

    /// <summary>The images among the form's files, looked at; those of a JSON body are <see cref="Images"/>.</summary>
    public IReadOnlyList<SizedImage> Uploads { get; init; } = [];

    /// <summary>The end user that the client names, 1 to 256 characters, or null.</summary>
    public string? EndUser { get; init; }

    /// <summary>The client's tags as compact JSON: 1 to 16 pairs of texts; or null.</summary>
    public string? Tags { get; init; }

    /// <summary>Where the first audio part stands, or null.</summary>
    public string? Audio { get; init; }

    /// <summary>Where the first file part that is no uploaded picture stands, or null.</summary>
    public string? File { get; init; }

    /// <summary>What the provider has stored and the request builds on: never more than <see cref="Responses.InputReader.MostReferences"/> and one.</summary>
    public IReadOnlyList<StoredReference> References { get; init; } = [];

    /// <summary>Whether the provider stores the answer.</summary>
    public bool Store { get; init; }

    /// <summary>The outermost object's properties in the order of the body.</summary>
    public IReadOnlyList<TopLevelParameter> Parameters { get; init; } = [];

    /// <summary>Offset just behind the outermost object's opening brace.</summary>
    public int BodyStart { get; init; }

    /// <summary>The larger of the two maxima that the client gave, else <see cref="DefaultCompletion"/>: both present, the larger counts.</summary>
    public long? AllowedCompletion => (MaxTokens, MaxCompletionTokens) switch
    {
        (null, null) => DefaultCompletion,
        ({ } tokens, null) => tokens,
        (null, { } tokens) => tokens,
        ({ } left, { } right) => Math.Max(left, right),
    };

    public TopLevelParameter? Find(ReadOnlySpan<byte> name)
    {
        foreach (var parameter in Parameters)
        {
            if (parameter.Name.Span.SequenceEqual(name))
            {
                return parameter;
            }
        }

        return null;
    }
}
