using System.Runtime.InteropServices;
using BenchmarkDotNet.Running;
using Gateway.Benchmarks.Load;
using Gateway.Benchmarks.Memory;
using Gateway.Benchmarks.Micro;
using Gateway.Benchmarks.Servers;
using Gateway.Benchmarks.Soak;
using Gateway.Benchmarks.Streams;
using Gateway.Benchmarks.Telemetry;

namespace Gateway.Benchmarks;

/// <summary>Which measurement to make; see README.md.</summary>
internal static class Program
{
    private const string Usage =
        """
        Usage: dotnet run -c Release --project tests/Gateway.Benchmarks -- COMMAND
          micro  [--filter '*Reader*' ...]
          load   [--mode json|stream] [--backend sqlite|redis-postgres] [--image small|none] [--seconds 10] [--rounds 3]
                 [--connections 64] [--warmup 5] [--driver wrk|http] [--gateway DIRECTORY] [--env NAME=VALUE ...]
                 [--against DIRECTORY] [--against-env NAME=VALUE ...] [--telemetry usual|compare]
          telemetry
          memory [--megabytes 20] [--streams 500] [--gateway DIRECTORY] [--env NAME=VALUE ...]
          streams [--streams 1000] [--rate 10] [--seconds 20] [--rounds 2] [--dialect openai|anthropic|gemini] [--gateway DIRECTORY] [--env NAME=VALUE ...]
          soak   [--scenario all|limits|kill|redis|postgres] [--rounds 20] [--seed 1] [--seconds 60] [--clients 200] [--redis-timeout 5000]
        """;

    private static async Task<int> Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            switch (args)
            {
                case ["micro", .. var rest]:
                    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(rest is [] ? ["--filter", "*"] : rest, new MicroConfig());
                    return 0;
                case ["load", .. var rest]:
                    return await LoadCommand.RunAsync(LoadOptions.Parse(new Arguments(rest)), stop.Token);
                case ["telemetry"]:
                    return await TelemetryCommand.RunAsync(stop.Token);
                case ["memory", .. var rest]:
                    return await MemoryCommand.RunAsync(MemoryOptions.Parse(new Arguments(rest)), stop.Token);
                case ["streams", .. var rest]:
                    return await StreamsCommand.RunAsync(StreamsOptions.Parse(new Arguments(rest)), stop.Token);
                case ["soak", .. var rest]:
                    return await SoakCommand.RunAsync(new Arguments(rest), stop.Token);
                case [BareYarp.Command, .. var rest]:
                    await BareYarp.RunAsync(new Arguments(rest), stop.Token);
                    return 0;
                default:
                    await Console.Error.WriteLineAsync(Usage);
                    return 2;
            }
        }
        catch (CannotMeasureException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 130;
        }

        void Stop(PosixSignalContext context)
        {
            // The servers that were started are stopped on the way out.
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
