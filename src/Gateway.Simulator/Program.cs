using System.Runtime.InteropServices;

namespace Gateway.Simulator;

/// <summary>The simulator as a process of its own: <c>dotnet run --project src/Gateway.Simulator -- --urls http://127.0.0.1:9000</c>.</summary>
// A named class in a namespace: a test project that references both programs must not meet two global Program types.
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (!CommandLine.TryParse(args, out var options, out var complaint))
        {
            await Console.Error.WriteLineAsync(complaint);
            return 2;
        }

        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

        await using var host = await SimulatorHost.StartAsync(options, CancellationToken.None);
        await Console.Out.WriteLineAsync($"Simulator listening on {host.BaseAddress}");
        await stop.Task;
        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.TrySetResult();
        }
    }
}
