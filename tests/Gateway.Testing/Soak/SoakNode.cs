namespace Gateway.Testing.Soak;

/// <summary>A place for a gateway: one process after another, as they are killed.</summary>
internal sealed class SoakNode(int number, Func<string, GatewayProcessOptions> options, string policy) : IAsyncDisposable
{
    private readonly List<string> _outputs = [];
    private GatewayProcess? _process;
    private volatile Uri? _address;

    public int Number => number;

    public string Policy => policy;

    /// <summary>Where it listens, or null while it is down.</summary>
    public Uri? Address => _address;

    /// <summary>What all processes that ran here printed.</summary>
    public string Output => string.Join('\n', [.. _outputs, .. _process is { } process ? [process.Output] : Array.Empty<string>()]);

    public string? AdminKey => _process?.AdminKey;

    public async Task StartAsync(CancellationToken ct)
    {
        _process = await GatewayProcess.StartAsync(options(policy), ct);
        _address = _process.BaseAddress;
    }

    /// <summary>With <c>SIGKILL</c>. Those who ask learn of it by their connections first, as behind any balancer.</summary>
    public async Task KillAsync()
    {
        await Running.KillAsync();
        await LeaveAsync();
    }

    /// <summary>With <c>SIGTERM</c>; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        var code = await Running.StopAsync();
        await LeaveAsync();
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await LeaveAsync();
        }
    }

    private GatewayProcess Running => _process ?? throw new InvalidOperationException($"Gateway {number} is not running.");

    private async Task LeaveAsync()
    {
        _address = null;
        _outputs.Add(Running.Output);
        var process = Running;
        _process = null;
        await process.DisposeAsync();
    }
}
