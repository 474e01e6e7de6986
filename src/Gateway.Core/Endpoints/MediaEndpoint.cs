using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Metering;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Endpoints;

/// <summary>What the endpoints of images and audio share: bodies that pass to dialects whose bodies are OpenAI's, as JSON or as forms, and no other.</summary>
/// <param name="path">Behind the version, as OpenAI names it.</param>
/// <param name="kind">What it brings.</param>
/// <param name="prompt">The field that holds the prompt.</param>
/// <param name="required">The field that must be there beside the model, or null.</param>
internal abstract class MediaEndpoint(string path, MediaKind kind, string prompt, string? required) : IEndpoint, IPassage
{
    public string Path => $"/v1{path}";

    public string Route => path;

    public string Prompt => prompt;

    // Whoever prices pictures by the piece need not state how they are weighed.
    public bool WeighsImages => false;

    public virtual bool TakesJson => true;

    public virtual FrozenSet<string>? FormFields => null;

    public virtual string? QuoteObject => null;

    public string Operation => "generate_content";

    public virtual string Accepts => "application/json";

    public virtual bool TryRead(ReadOnlyMemory<byte> body, int maxImages, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error) =>
        MediaRequestReader.TryRead(body, kind, required, maxImages, out request, out error);

    public virtual bool TryReadForm(
        FormBody form, ReadOnlyMemory<byte> fields, int maxImages, in ImageLimits limits, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error)
    {
        (request, error) = (null, GatewayError.FormRequired());
        return false;
    }

    // No message surrounds it.
    public long EstimateText(ParsedRequest request) => TextEstimate.Tokens(request.Text);

    public PromptCount CountText(ReadOnlySpan<byte> body, BytePairEncoder encoder)
    {
        long tokens = 0;
        var reader = new Utf8JsonReader(body);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var counts = reader.ValueTextEquals("prompt"u8) || reader.ValueTextEquals("input"u8) || reader.ValueTextEquals("instructions"u8);
                reader.Read();
                tokens += counts && reader.TokenType == JsonTokenType.String ? encoder.CountJson(reader.ValueSpan) : 0;
                reader.Skip();
            }

            return new PromptCount(tokens, IsExact: true);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return new PromptCount(tokens, IsExact: false);
        }
    }

    public IPassage? PassageTo(IDialect dialect) => dialect.Translation is null ? this : null;

    public Outcome<SplicedBody> WriteRequest(in UpstreamRequest request)
    {
        var plan = request.Plan;
        if (plan.Request.Form is { } form)
        {
            return FormRewriter.Write(form, plan, request.Deployment.Model);
        }

        var model = plan.Request.Find("model"u8)!.Value; // The reader refuses a body without one.
        return SplicedBody.From(request.Body, [.. plan.Edits, new Splice(model.Value.Start, model.Value.Length, request.Deployment.ModelJson)]);
    }

    public TextSize ReadBegun(ReadOnlySpan<byte> answer, ReceivedText? text) => default;

    public abstract IAnswerEvents BeginStream(in AnswerFrame frame, ParsedRequest request, ReceivedText? text);

    public virtual bool PassesAnswer(ParsedRequest request, string? mediaType) => false;

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ParsedRequest request, out Answer answer, ReceivedText? text = null)
    {
        var isRead = MediaAnswerReader.TryRead(json, out var media, text);
        answer = new Answer
        {
            IsAnswer = IsAnswer(media),
            IsError = media.HasError && !IsAnswer(media),
            Usage = media.Usage is { } usage ? Sort(usage) : null,
            Text = media.Text,
            Images = media.Images,
        };
        return isRead;
    }

    protected abstract bool IsAnswer(in MediaAnswer answer);

    /// <summary>Says of what kind the tokens are that the provider does not tell apart.</summary>
    protected virtual Usage Sort(in Usage usage) => usage;

    protected static bool TryFindFile(FormBody form, string name, out FormPart file, [NotNullWhen(false)] out GatewayError? error)
    {
        file = default;
        foreach (var part in form.Parts)
        {
            if (part.Name != name)
            {
                continue;
            }

            error = !part.IsFile ? GatewayError.InvalidType(name, "a file, that is a part with a filename", "a text")
                : file.Name is not null ? GatewayError.DuplicateKey(name)
                : part.Length == 0 ? GatewayError.InvalidValue(name, "the file is empty.")
                : null;
            if (error is not null)
            {
                return false;
            }

            file = part;
        }

        error = file.Name is null ? GatewayError.MissingParameter(name) : null;
        return error is null;
    }
}
