using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing.Otlp;

namespace Gateway.Testing.Redaction;

/// <summary>
/// Everything that the gateway processes of one test run print, export, answer with an error, and store, kept until the run ends and searched then for everything that must be
/// in none of it. While there is one, every gateway process is started with logs at the lowest level and an exporter of traces and metrics, unless its test set those itself.
/// </summary>
public sealed class RunEvidence : IAsyncDisposable
{
    // What the simulated provider says unless it is told what to say.
    private static readonly string[] Answers = ["You asked '", "The picture shows a"];

    private static readonly string[] Sources = ["Microsoft", "Microsoft.AspNetCore", "Microsoft.Hosting.Lifetime", "Yarp", "System", "Npgsql"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-evidence-");
    private readonly ConcurrentQueue<GatewayEvidence> _gateways = [];
    private readonly ConcurrentDictionary<string, string> _errors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SharedDatabase> _databases = new(StringComparer.Ordinal);
    private readonly OtlpCollector _collector;
    private int _count;

    private RunEvidence(OtlpCollector collector) => _collector = collector;

    /// <summary>That of this run, or null where nothing is kept.</summary>
    public static RunEvidence? Current { get; private set; }

    /// <summary>A file to which programs beside this one add lines of JSON: <c>{"said": "..."}</c>, <c>{"error": "..."}</c>, <c>{"key": "..."}</c>.</summary>
    public string Notes => Path.Combine(_folder.FullName, "notes");

    internal RunSecrets Secrets { get; } = new();

    public static async Task<RunEvidence> BeginAsync(CancellationToken ct) => Current = new RunEvidence(await OtlpCollector.StartAsync(grpc: false, ct));

    /// <summary>All that was found; empty where all is well. What was kept is gone afterwards.</summary>
    public async Task<IReadOnlyList<string>> EndAsync()
    {
        Current = null;
        ReadNotes();
        var findings = new ConcurrentBag<string>();
        var everything = new SecretSearch(Secrets.KeysAndPictures.Concat(Secrets.Texts).Concat(Answers.Select(static answer => KeyValuePair.Create(answer, "a provider's answer"))));
        foreach (var gateway in _gateways)
        {
            gateway.Dispose();
        }

        await WriteAsync("exports", _collector.Bodies);
        var files = _gateways.SelectMany(static gateway => Directory.GetFiles(gateway.Folder)).Append(Path.Combine(_folder.FullName, "exports")).ToList();

        await Parallel.ForEachAsync(files, async (file, _) =>
        {
            await using var stream = File.OpenRead(file);
            AddAll(everything.Find(stream, Path.GetRelativePath(_folder.FullName, file)));
        });

        // An error may repeat to its caller what that caller said: a provider's words on a request go to the one who made it.
        await WriteAsync("errors", _errors.Select(static error => Encoding.UTF8.GetBytes($"{error.Value}: {error.Key}\n")));
        await using (var errors = File.OpenRead(Path.Combine(_folder.FullName, "errors")))
        {
            AddAll(new SecretSearch(Secrets.KeysAndPictures).Find(errors, "the errors that clients were given"));
        }

        // A search through nothing finds nothing.
        AddAll(_databases.Where(static database => !database.Value.WasRead).Select(static database => $"{database.Key} was never read."));
        foreach (var gateway in _gateways.Where(static gateway => gateway is { IsVerbose: true, Values: > 0, Details: 0 }))
        {
            findings.Add($"{gateway.Folder} has no line of the lowest levels: its log was not searched.");
        }

        Report = string.Create(
            CultureInfo.InvariantCulture,
            $"{_gateways.Count} gateways: {_gateways.Sum(static gateway => gateway.Details)} lines of detail, {_gateways.Sum(static gateway => gateway.Values)} values stored, {_collector.Bodies.Count} exports, "
            + $"{_errors.Count} errors, {files.Sum(static file => new FileInfo(file).Length) / 1_000_000} MB; searched for {Secrets.KeysAndPictures.Count()} keys and marks and {Secrets.Texts.Count()} texts");
        return [.. findings.Order(StringComparer.Ordinal)];

        async Task WriteAsync(string name, IEnumerable<byte[]> parts)
        {
            await using var file = File.Create(Path.Combine(_folder.FullName, name));
            foreach (var part in parts)
            {
                await file.WriteAsync(part);
            }
        }

        void AddAll(IEnumerable<string> found)
        {
            foreach (var each in found)
            {
                findings.Add(each);
            }
        }
    }

    /// <summary>What was searched, once it has been.</summary>
    public string Report { get; private set; } = "";

    /// <summary>The body of an error that a client was given.</summary>
    public void ErrorOf(Uri? from, byte[] body) => _errors.TryAdd(Encoding.UTF8.GetString(body), from?.AbsolutePath ?? "a gateway");

    /// <summary>What a gateway is started with, and where it is taken down.</summary>
    internal GatewayEvidence Begin(GatewayProcessOptions options, IDictionary<string, string?> environment)
    {
        Secrets.Admin(options.AdminKey);
        Secrets.Providers(options.Catalog);
        var isVerbose = !Sets(options, "Serilog__");
        if (isVerbose)
        {
            environment["Serilog__MinimumLevel__Default"] = "Verbose";
            foreach (var source in Sources)
            {
                environment[$"Serilog__MinimumLevel__Override__{source}"] = "Verbose";
            }
        }

        if (!Sets(options, "OTEL_"))
        {
            foreach (var (name, value) in _collector.Settings())
            {
                environment[name] = value;
            }
        }

        var folder = _folder.CreateSubdirectory(Interlocked.Increment(ref _count).ToString("000", CultureInfo.InvariantCulture));
        var shared = options.Settings.TryGetValue(SharedDatabase.Setting, out var postgres) ? _databases.GetOrAdd(postgres, static at => new SharedDatabase(at)) : null;
        shared?.Enter();
        var evidence = new GatewayEvidence(folder.FullName, options.Settings, shared, isVerbose);
        _gateways.Enqueue(evidence);
        return evidence;
    }

    public async ValueTask DisposeAsync()
    {
        await _collector.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static bool Sets(GatewayProcessOptions options, string start) => options.Settings.Keys.Any(name => name.StartsWith(start, StringComparison.Ordinal));

    private void ReadNotes()
    {
        if (!File.Exists(Notes))
        {
            return;
        }

        foreach (var note in File.ReadLines(Notes).Select(static line => JsonNode.Parse(line)!.AsObject().Single()))
        {
            var text = (string?)note.Value ?? "";
            switch (note.Key)
            {
                case "said":
                    Secrets.Said(Encoding.UTF8.GetBytes(text));
                    break;
                case "error":
                    ErrorOf(null, Encoding.UTF8.GetBytes(text));
                    break;
                case "key":
                    Secrets.Issued(text);
                    break;
                default:
                    throw new InvalidDataException($"No such note: {note.Key}");
            }
        }
    }
}
