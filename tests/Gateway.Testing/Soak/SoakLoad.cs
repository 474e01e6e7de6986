using System.Collections.Concurrent;

namespace Gateway.Testing.Soak;

/// <summary>Clients at work until they are told to stop; each then ends the request that it is at.</summary>
internal sealed class SoakLoad : IAsyncDisposable
{
    // One that was refused does not ask again at once, as no client should; half of it to one and a half.
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(50);

    private readonly SoakClient _client = new();
    private readonly CancellationTokenSource _abort;
    private readonly SoakCluster _cluster;
    private readonly Func<Random, string, SoakRequest> _draft;
    private readonly ConcurrentQueue<SoakCall> _calls = [];
    private readonly Task _running;
    private readonly Task _pulse;
    private TimeSpan _longestStall;
    private volatile bool _stopping;

    /// <param name="cluster">Who is asked.</param>
    /// <param name="options">How many clients, and their seed.</param>
    /// <param name="draft">A client's next request, under the tag given.</param>
    /// <param name="ct">Breaks all off.</param>
    public SoakLoad(SoakCluster cluster, SoakOptions options, Func<Random, string, SoakRequest> draft, CancellationToken ct)
    {
        (_cluster, _draft) = (cluster, draft);
        _abort = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Began = TimeProvider.System.GetUtcNow();
        _running = Task.WhenAll(Enumerable.Range(0, options.Clients).Select(number => Task.Run(() => RunAsync(number, new Random((options.Seed * 7919) + number)), ct)));
        _pulse = PulseAsync();
    }

    public DateTimeOffset Began { get; }

    /// <summary>Those that ended so far.</summary>
    public IReadOnlyCollection<SoakCall> Calls => _calls;

    public async Task<SoakCalls> StopAsync()
    {
        _stopping = true;
        await _running;
        await _pulse;
        return new SoakCalls([.. _calls], _longestStall);
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _abort.CancelAsync();
        await Task.WhenAll(_running, _pulse).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _abort.Dispose();
        _client.Dispose();
    }

    /// <summary>Wakes at short intervals; by how much it is late, the machine kept this process from working.</summary>
    private async Task PulseAsync()
    {
        while (!_stopping)
        {
            var began = TimeProvider.System.GetTimestamp();
            await Task.Delay(Pulse, TimeProvider.System, _abort.Token);
            var late = TimeProvider.System.GetElapsedTime(began) - Pulse;
            _longestStall = late > _longestStall ? late : _longestStall;
        }
    }

    private async Task RunAsync(int number, Random random)
    {
        for (var i = 0; !_stopping; i++)
        {
            var request = _draft(random, $"c{number}-{i}");
            var call = default(SoakCall);
            if (_cluster.TryPick(random, out var node, out var gateway))
            {
                _calls.Enqueue(call = await _client.SendAsync(request, node, gateway, _abort.Token));
            }

            var pause = call is { Status: 200 } ? Between : AfterRefusal;
            await Task.Delay(pause * (0.5 + random.NextDouble()), TimeProvider.System, _abort.Token);
        }
    }
}
