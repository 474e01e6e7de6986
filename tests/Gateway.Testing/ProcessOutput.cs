using System.Diagnostics;

namespace Gateway.Testing;

/// <summary>The lines that a process prints, kept, and a way to wait for one.</summary>
internal sealed class ProcessOutput
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _more = NewSignal();
    private int _open = 2;

    public ProcessOutput(Process process)
    {
        _process = process;
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
