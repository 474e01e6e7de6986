using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Errors;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Responses;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Endpoints;

/// <summary><c>/v1/responses</c>: as it is, to dialects whose bodies are OpenAI's. No other dialect has responses that can be built on.</summary>
internal sealed class Responses : IEndpoint, IPassage
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly EndpointPolicy Policy = new(
        "max_output_tokens", least: 16, responseFormat: "text", ["frequency_penalty", "logit_bias", "presence_penalty", "seed", "stop"]);

    public string Path => "/v1/responses";

    public string Route => "/responses";

    public string Prompt => "input";

    public string QuoteObject => "response.quote";

    public ParameterPolicy PolicyOf(ParameterPolicy card) => Policy.Of(card);

    public bool TryRead(ReadOnlyMemory<byte> body, int maxImages, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error) =>
        ResponsesReader.TryRead(body, maxImages, out request, out error);

    public long EstimateText(ParsedRequest request) => TextEstimate.Prompt(request.Text, request.Messages, named: 0);

    public PromptCount CountText(ReadOnlySpan<byte> body, BytePairEncoder encoder) => ResponsesPromptCounter.Count(body, encoder);

    public IPassage? PassageTo(IDialect dialect) => dialect.Translation is null ? this : null;

    public Outcome<SplicedBody> WriteRequest(in UpstreamRequest request) => OpenAiRequest.Write(request);

    public TextSize ReadBegun(ReadOnlySpan<byte> answer, ReceivedText? text) => PartialResponseReader.Read(answer, text);

    public IAnswerEvents BeginStream(in AnswerFrame frame, ParsedRequest request, ReceivedText? text) => new ResponsesEvents(text);

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ParsedRequest request, out Answer answer, ReceivedText? text = null)
    {
        var isRead = ResponsesAnswerReader.TryReadWhole(json, out var response, text);
        answer = new Answer
        {
            IsAnswer = response.HasOutput,

            // One that failed and used nothing is as good as none: another deployment may do better.
            IsError = response.Error.Length > 0 && (!response.HasOutput || response.Usage is null),
            HasFailed = response.HasFailed,
            Model = response.Model,
            Usage = response.Usage,
            Text = response.Text,
            Stored = isRead ? StoredOf(response, json) : null,
        };
        return isRead;
    }

    /// <summary>An event as the API writes its errors in a stream: flat, with a type.</summary>
    public void WriteErrorEvent(IBufferWriter<byte> output, GatewayError error, string? traceId)
    {
        output.Write("event: error\ndata: "u8);
        using (var json = new Utf8JsonWriter(output, Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "error"u8);
            json.WriteNumber("sequence_number"u8, 0);
            json.WriteString("code"u8, error.Code ?? error.Type);
            json.WriteString("message"u8, error.Message);
            json.WriteString("param"u8, error.Param);
            if (traceId is not null)
            {
                json.WriteString("trace_id"u8, traceId);
            }

            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }

    internal static StoredOutput? StoredOf(ResponsesAnswer answer, ReadOnlySpan<byte> json)
    {
        if (answer.Id.Length == 0 || JsonText.Unquote(answer.Id.Of(json)) is not { Length: > 0 } id)
        {
            return null;
        }

        var items = new List<string>();
        foreach (var range in answer.Items ?? [])
        {
            if (JsonText.Unquote(range.Of(json)) is { Length: > 0 } item)
            {
                items.Add(item);
            }
        }

        return new StoredOutput(id, [.. items]);
    }
}
