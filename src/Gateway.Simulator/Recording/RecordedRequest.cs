using System.Text;

namespace Gateway.Simulator.Recording;

/// <summary>A request as it arrived.</summary>
public sealed class RecordedRequest
{
    private readonly TaskCompletionSource<RequestState> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Counts from 1 in the order of arrival.</summary>
    public required long Number { get; init; }

    public required DateTimeOffset ArrivedAt { get; init; }

    /// <summary>The provider that it was meant for, by its path.</summary>
    public required SimulatorDialect Dialect { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    /// <summary>With its question mark, or empty.</summary>
    public required string Query { get; init; }

    /// <summary>In no particular order; a header sent twice is here twice.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>The bytes as they came; empty where <see cref="BodyOmitted"/>.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body alone was larger than what may be kept.</summary>
    public bool BodyOmitted { get; init; }

    public string BodyText => Encoding.UTF8.GetString(Body.Span);

    /// <summary>Completes when the request is over, whichever way.</summary>
    public Task<RequestState> Completed => _completed.Task;

    public RequestState State => _completed.Task is { IsCompletedSuccessfully: true } task ? task.GetAwaiter().GetResult() : RequestState.InProgress;

    /// <summary>The first value of a header, or null.</summary>
    public string? Header(string name)
    {
        foreach (var (key, value) in Headers)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    internal void Finish(RequestState state) => _completed.TrySetResult(state);
}
