using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Callers;
using Gateway.Core.Dialects;
using Gateway.Core.Endpoints;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Gateway.Forwarding;

namespace Gateway.Tests.Forwarding.Streams;

/// <summary>What a stream became on its way through the relay. Two are equal where client, bill and route are told the same.</summary>
/// <param name="Output">Every byte that went to the client.</param>
/// <param name="Usage">The provider's word.</param>
/// <param name="Received">Its text by kinds of characters.</param>
/// <param name="Ended">Whether it was read to its end.</param>
/// <param name="BrokenBy">The code of the error that ended it, or null.</param>
/// <param name="Bill">What is due, by the price of the tests.</param>
internal sealed record RelayedAnswer(string Output, Usage? Usage, TextSize Received, bool Ended, string? BrokenBy, Bill Bill)
{
    public const string Model = "the-model";

    /// <summary>Tokens of the prompt where only the gateway can tell.</summary>
    public const int MeasuredPrompt = 7;

    /// <summary>2.50 USD a million tokens in, 10 USD out.</summary>
    public static readonly ModelPrice Price = ModelPrice.Create(DateTimeOffset.UnixEpoch, new Rates { Input = new Money(2_500_000_000), Output = new Money(10_000_000_000) }, null);

    private static readonly byte[] ModelJson = JsonText.Quote(Model);
    private static readonly Measurement Measured = new(MeasuredPrompt, 0, []);

    /// <summary>Counts text exactly.</summary>
    public static BytePairEncoder Encoder { get; } =
        BytePairEncoder.TryGet("o200k_base", out var encoder) ? encoder : throw new InvalidOperationException("The ranks are not there.");

    /// <summary>What a client reads: content, and each call as <c>[index id name arguments]</c>.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder();
            var calls = new SortedDictionary<int, string[]>();
            foreach (var delta in Chunks.Select(chunk => chunk["choices"]!.AsArray().SingleOrDefault()?["delta"]).OfType<JsonNode>())
            {
                text.Append((string?)delta["content"]);
                foreach (var piece in delta["tool_calls"]?.AsArray() ?? [])
                {
                    calls.TryAdd((int)piece!["index"]!, ["", "", ""]);
                    var call = calls[(int)piece["index"]!];
                    call[0] += (string?)piece["id"];
                    call[1] += (string?)piece["function"]!["name"];
                    call[2] += (string?)piece["function"]!["arguments"];
                }
            }

            foreach (var (index, call) in calls)
            {
                text.Append($"[{index} {string.Join(' ', call)}]");
            }

            return text.ToString();
        }
    }

    /// <summary>The last reason that a client reads, or null.</summary>
    public string? FinishReason =>
        Chunks.Select(chunk => (string?)chunk["choices"]!.AsArray().SingleOrDefault()?["finish_reason"]).LastOrDefault(reason => reason is not null);

    /// <summary>The events that went out.</summary>
    public IEnumerable<JsonNode> Chunks => Output.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
        .Select(text => JsonNode.Parse(text["data: ".Length..].Replace("\ndata: ", "\n", StringComparison.Ordinal))!);

    /// <summary>Relays a stream to a client that stays.</summary>
    /// <param name="dialect">That it is in.</param>
    /// <param name="upstream">The provider's bytes.</param>
    /// <param name="includeUsage">Whether the client asked for the usage.</param>
    /// <param name="ct">The test's.</param>
    public static async Task<RelayedAnswer> OfAsync(IDialect dialect, Stream upstream, bool includeUsage, CancellationToken ct)
    {
        using var deadline = new UpstreamDeadline(Timeouts.Default, TimeProvider.System);
        using var body = new SplicedBodyStream(SplicedBody.From(default, []));
        using var client = new ClientWatch(DisconnectPolicy.Drain, new DisconnectOptions(), body, deadline, ct);
        using var text = new ReceivedText();
        using var output = new MemoryStream();
        var writer = PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true));
        var request = new ParsedRequest { Model = Model, StreamOptions = new StreamOptions(default, false, false, default, includeUsage) };
        using var relay = new StreamRelay(
            writer,
            client,
            ApiEndpoint.ChatCompletions.PassageTo(dialect)!.BeginStream(new AnswerFrame("req_1", 1, ModelJson), request, text),
            ModelJson,
            UsageJudge.Most,
            copy: null,
            deadline,
            onFirstEvent: static () => { },
            onFirstText: static () => { });
        await relay.RunAsync(upstream, ct);
        await writer.CompleteAsync();

        var observed = new Observation
        {
            Outcome = relay.BrokenBy is null ? AnswerOutcome.Completed : AnswerOutcome.UpstreamFailed,
            Status = 200,
            Usage = relay.Usage,
            RefusedUsage = relay.RefusedUsage,
            Received = relay.Received,
            AnswerBegan = relay.Began,
            ReadToEnd = relay.Ended,
        };
        var counted = Bill.NeedsCount(observed, sent: true) ? new CountedText(MeasuredPrompt, text.Count(Encoder)) : default;
        return new RelayedAnswer(
            Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length),
            relay.Usage,
            relay.Received,
            relay.Ended,
            relay.BrokenBy?.Code,
            Bill.Of(observed, Measured, Price, sent: true, counted));
    }
}
