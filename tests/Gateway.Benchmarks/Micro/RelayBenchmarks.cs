using System.IO.Pipelines;
using System.Text;
using BenchmarkDotNet.Attributes;
using Gateway.Core.Callers;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Dialects.Gemini;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Endpoints;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Forwarding;

namespace Gateway.Benchmarks.Micro;

/// <summary>
/// What one chunk of a stream costs on its way through the relay, from a provider's read to the client's write: as it is, and translated.
/// Each event comes in a read of its own, as it does from a model that is slower than the network.
/// </summary>
public class RelayBenchmarks
{
    private const int Chunks = 1000;

    private static readonly byte[] OpenAiEvent = [.. "data: "u8, .. Samples.Chunk, .. "\n\n"u8];
    private static readonly byte[] OpenAiEnd = "data: [DONE]\n\n"u8.ToArray();

    private static readonly byte[] AnthropicStart = Encoding.UTF8.GetBytes(
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n");

    private static readonly byte[] AnthropicEvent = Encoding.UTF8.GetBytes(
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" picture\"}     }\n\n");

    private static readonly byte[] AnthropicEnd = Encoding.UTF8.GetBytes(
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":1000}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");

    // Every event repeats the usage and the names, as the API's own do.
    private static readonly byte[] GeminiEvent = Encoding.UTF8.GetBytes(
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\" picture\"}],\"role\":\"model\"},\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":25,\"candidatesTokenCount\":500,\"totalTokenCount\":525,\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":25}]},\"modelVersion\":\"gemini-test\",\"responseId\":\"r-1234567890\"}\r\n\r\n");

    private static readonly byte[] GeminiEnd = Encoding.UTF8.GetBytes(
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":25,\"candidatesTokenCount\":1000,\"totalTokenCount\":1025}}\r\n\r\n");

    private readonly ParsedRequest _request = new() { Model = "gpt-4o" };
    private readonly byte[] _model = JsonText.Quote("gpt-4o");
    private readonly PipeWriter _writer = PipeWriter.Create(Stream.Null);

    [Benchmark(Baseline = true, OperationsPerInvoke = Chunks)]
    public Task<bool> OpenAi() => RelayAsync(OpenAiDialect.Instance, new Pieces([], OpenAiEvent, Chunks, OpenAiEnd));

    [Benchmark(OperationsPerInvoke = Chunks)]
    public Task<bool> Anthropic() => RelayAsync(AnthropicDialect.Instance, new Pieces(AnthropicStart, AnthropicEvent, Chunks, AnthropicEnd));

    [Benchmark(OperationsPerInvoke = Chunks)]
    public Task<bool> Gemini() => RelayAsync(GeminiDialect.Instance, new Pieces([], GeminiEvent, Chunks, GeminiEnd));

    private async Task<bool> RelayAsync(IDialect dialect, Stream upstream)
    {
        using var deadline = new UpstreamDeadline(Timeouts.Default, TimeProvider.System);
        using var body = new SplicedBodyStream(SplicedBody.From(default, []));
        using var client = new ClientWatch(DisconnectPolicy.Drain, new DisconnectOptions(), body, deadline, CancellationToken.None);
        using var relay = new StreamRelay(
            _writer,
            client,
            ApiEndpoint.ChatCompletions.PassageTo(dialect)!.BeginStream(new AnswerFrame("req_0198f3a0c0de7000800000000000", 1741570283, _model), _request, text: null),
            _model,
            UsageJudge.Most,
            copy: null,
            deadline,
            onFirstEvent: static () => { },
            onFirstText: static () => { });
        await relay.RunAsync(upstream, CancellationToken.None);
        return relay.Ended ? true : throw new InvalidOperationException("The stream was not relayed to its end.");
    }

    /// <summary>A stream that gives one piece for each read.</summary>
    private sealed class Pieces(byte[] first, byte[] each, int count, byte[] last) : Stream
    {
        private int _at = first.Length == 0 ? 1 : 0;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override int Read(Span<byte> buffer)
        {
            if (buffer.IsEmpty || _at > count + 1)
            {
                return 0;
            }

            var piece = _at == 0 ? first : _at <= count ? each : last;
            _at++;
            piece.CopyTo(buffer);
            return piece.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
