using System.Net.Http.Headers;

namespace Gateway.Benchmarks.Streams;

/// <summary>One stream: asks, reads to the end, and notes when each chunk came. It sets no timer and, once it has begun, allocates next to nothing.</summary>
internal sealed class MeasuredStream(StreamRequest request, StreamPlan plan)
{
    private const int ReadBytes = 8 * 1024;

    // What was read of an event whose end is still to come: more than any event of the simulator.
    private const int LongestLine = 4 * 1024;

    // The first text may share an event with the role, and then has another form than the others'.
    private const int UnmarkedChunks = 1;

    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly List<int> _gaps = new(plan.Chunks);
    private readonly byte[] _buffer = new byte[LongestLine + ReadBytes];
    private int _held;
    private int _chunks;
    private long _last;

    public IReadOnlyList<int> GapMicroseconds => _gaps;

    /// <returns>What is wrong with it, or null.</returns>
    public async Task<string?> RunAsync(HttpMessageInvoker client, Uri server, long began, CancellationToken ct)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(server, request.Path)) { Content = new ByteArrayContent(request.Body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var response = await client.SendAsync(message, ct);
            await using var stream = await response.Content.ReadAsStreamAsync(ct);
            if (!response.IsSuccessStatusCode)
            {
                return $"status {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(ct)}";
            }

            int read;
            while ((read = await stream.ReadAsync(_buffer.AsMemory(_held, ReadBytes), ct)) > 0)
            {
                Take(_held + read, Clock.GetTimestamp(), began);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return $"broke off after {_chunks} chunks: {exception.Message}";
        }

        return _chunks >= plan.Chunks - UnmarkedChunks ? null : $"{_chunks} chunks of {plan.Chunks}";
    }

    /// <summary>Looks for chunks in the whole lines, and keeps what is left of the last.</summary>
    private void Take(int length, long now, long began)
    {
        var text = _buffer.AsSpan(0, length);
        var end = text.LastIndexOf((byte)'\n') + 1;
        for (var count = text[..end].Count(request.Marker); count > 0; count--)
        {
            if (_chunks++ > 0 && Clock.GetElapsedTime(began, now) is var at && at >= plan.WindowStart && at < plan.WindowEnd)
            {
                _gaps.Add((int)Clock.GetElapsedTime(_last, now).TotalMicroseconds);
            }

            _last = now;
        }

        _held = length - end;
        if (_held > LongestLine)
        {
            throw new CannotMeasureException($"An event is longer than {LongestLine} bytes.");
        }

        text[end..].CopyTo(_buffer);
    }
}
