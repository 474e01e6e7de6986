using System.Diagnostics;
using Gateway.Testing.Redaction;

namespace Gateway.Testing;

/// <summary>The lines that a process prints, kept, and a way to wait for one.</summary>
internal sealed class ProcessOutput
{
    private readonly Process _process;
    private readonly GatewayEvidence? _evidence;
    private readonly Lock _gate = new();

    // Slept on by what reads, hence no System.Threading.Lock.
    private readonly object _holding = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _more = NewSignal();
    private int _open = 2;
    private bool _held;

    public ProcessOutput(Process process, GatewayEvidence? evidence = null)
    {
        (_process, _evidence) = (process, evidence);
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
    }

    public bool Started { get; private set; }

    public string Text
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    public void Start()
    {
        Started = _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Reads nothing more, until it is let: the process writes into pipes that are full soon.</summary>
    public void Hold()
    {
        lock (_holding)
        {
            _held = true;
        }
    }

    public void Release()
    {
        lock (_holding)
        {
            _held = false;
            Monitor.PulseAll(_holding);
        }
    }

    /// <summary>The first line, here already or yet to come, that satisfies the condition.</summary>
    /// <exception cref="EndOfStreamException">The process ended without it.</exception>
    public async Task<string> WaitForAsync(Predicate<string> condition, CancellationToken cancellationToken)
    {
        for (var seen = 0; ;)
        {
            string[] fresh;
            Task more;
            bool ended;
            lock (_gate)
            {
                fresh = [.. _lines.Skip(seen)];
                more = _more.Task;
                ended = _open == 0;
            }

            if (Array.Find(fresh, condition) is { } found)
            {
                return found;
            }

            if (ended)
            {
                throw new EndOfStreamException("The process ended without the line that was waited for.");
            }

            seen += fresh.Length;
            await more.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Null is the end of one of the two streams.
    private void Take(string? line)
    {
        // What calls this reads on when it returns.
        lock (_holding)
        {
            while (_held)
            {
                Monitor.Wait(_holding);
            }
        }

        if (line is not null && _evidence?.Take(line) == true)
        {
            return;
        }

        lock (_gate)
        {
            if (line is null)
            {
                _open--;
            }
            else
            {
                _lines.Add(line);
            }

            _more.SetResult();
            _more = NewSignal();
        }
    }
}
