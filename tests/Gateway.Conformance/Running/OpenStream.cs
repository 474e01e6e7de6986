using System.Net.Http.Headers;
using System.Text;

namespace Gateway.Conformance.Running;

/// <summary>A stream that a client has begun to read.</summary>
internal sealed class OpenStream : IDisposable
{
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _reader;
    private readonly List<string> _lines = [];

    private OpenStream(HttpResponseMessage answer, StreamReader reader) => (_answer, _reader) = (answer, reader);

    public string RequestId => string.Concat(_answer.Headers.GetValues("x-request-id"));

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Whether it ended as an answer does.</summary>
    public bool IsDone => _lines.Contains("data: [DONE]");

    /// <summary>Whether it ended with the error event that has this code.</summary>
    public bool IsBrokenBy(string code) => _lines.Exists(line => line.StartsWith("data: {\"error\":", StringComparison.Ordinal) && line.Contains($"\"{code}\"", StringComparison.Ordinal));

    /// <summary>The cost that it told at its end, or null.</summary>
    public string? Cost => _lines.Find(static line => line.StartsWith(": x-gateway-cost-usd=", StringComparison.Ordinal))?.Split('=')[1];

    /// <summary>Begins one, and returns when its first event is there.</summary>
    public static async Task<OpenStream> BeginAsync(HttpClient client, Uri address, string key, string model, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new StringContent($$"""{"model":"{{model}}","stream":true,"max_tokens":64,"messages":[{"role":"user","content":"Tell me a story."}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        answer.EnsureSuccessStatusCode();
        var stream = new OpenStream(answer, new StreamReader(await answer.Content.ReadAsStreamAsync(ct)));
        while (!stream._lines.Exists(static line => line.StartsWith("data: ", StringComparison.Ordinal)))
        {
            stream._lines.Add(await stream._reader.ReadLineAsync(ct) ?? throw new EndOfStreamException($"The stream {stream.RequestId} has no event."));
        }

        return stream;
    }

    /// <summary>Reads on to its end.</summary>
    public async Task<OpenStream> ReadToEndAsync(CancellationToken ct)
    {
        while (await _reader.ReadLineAsync(ct) is { } line)
        {
            _lines.Add(line);
        }

        return this;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _answer.Dispose();
    }
}
