using System.Collections.Immutable;
using Gateway.Catalog.Reading;
using Gateway.Core.Models;
using Gateway.Telemetry;
using Microsoft.Extensions.Options;

namespace Gateway.Catalog;

/// <summary>
/// Holds the catalog in force. The first is read as the store is made: without a sound one there is no store, and the start fails.
/// A later file is taken whole or refused whole.
/// </summary>
internal sealed partial class CatalogStore
{
    private readonly CatalogFile _file;
    private readonly Func<string, string?> _environment;
    private readonly CatalogOverlay? _overlay;
    private readonly ILogger<CatalogStore> _logger;
    private readonly GatewayMetrics? _metrics;
    private byte[] _seen;
    private string? _unreadable;
    private bool _isRefused;
    private volatile CatalogSnapshot _current;
    private volatile bool _isStale;

    /// <param name="file">Where it lies.</param>
    /// <param name="environment">What <c>${NAME}</c> stands for.</param>
    /// <param name="overlay">A provider beside the file's, or null.</param>
    /// <param name="logger">Told of each catalog taken or refused.</param>
    /// <param name="metrics">Counts the changes; null = nobody does.</param>
    /// <exception cref="OptionsValidationException">The file cannot be read or is refused; the message lists every reason and its fix.</exception>
    public CatalogStore(CatalogFile file, Func<string, string?> environment, CatalogOverlay? overlay, ILogger<CatalogStore> logger, GatewayMetrics? metrics = null)
    {
        (_file, _environment, _overlay, _logger, _metrics) = (file, environment, overlay, logger, metrics);
        try
        {
            _seen = file.ReadAll();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refused([$"Gateway:CatalogPath: \"{file.Path}\" cannot be read; set it to the path of the catalog file. {failure.Message}"]);
        }

        var reading = CatalogReader.Read(_seen, environment, overlay);
        _current = reading.Snapshot ?? throw Refused([.. reading.Problems.Select(problem => $"{file.Path}: {problem}")]);
        Announce(reading, _current);
    }

    public CatalogSnapshot Current => _current;

    /// <summary>Whether the file as it was last looked at is not the one in force: it was refused, or cannot be read.</summary>
    public bool IsStale => _isStale;

    /// <summary>Every deployment of the catalog in force that can be sent to, card by card; one that several cards name comes several times.</summary>
    public IEnumerable<Deployment> CurrentDeployments() => _current.Models.SelectMany(static card => card.Usable);

    /// <summary>
    /// Looks at the file, and takes it where it has changed and is sound. Its bytes are compared, not its times: those of a file behind
    /// a symbolic link, as Kubernetes mounts it, do not tell. Called by one caller at a time.
    /// </summary>
    public void CheckFile()
    {
        byte[] bytes;
        try
        {
            bytes = _file.ReadAll();
            _unreadable = null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _isStale = true;

            // Once for each reason, not each second.
            if (_unreadable != failure.Message)
            {
                _unreadable = failure.Message;
                Log.Unreadable(_logger, _file.Path, failure.Message);
                _metrics?.CatalogChanged(GatewayMetrics.CatalogUnreadable);
            }

            return;
        }

        if (bytes.AsSpan().SequenceEqual(_seen))
        {
            _isStale = _isRefused;
            return;
        }

        _seen = bytes;
        var reading = CatalogReader.Read(bytes, _environment, _overlay);
        _isStale = _isRefused = reading.Snapshot is null;
        if (reading.Snapshot is not { } snapshot)
        {
            Log.Refused(_logger, _file.Path, reading.Problems.Length, string.Join("; ", reading.Problems));
            _metrics?.CatalogChanged(GatewayMetrics.CatalogRefused);
            return;
        }

        _current = snapshot;
        Announce(reading, snapshot);
        _metrics?.CatalogChanged(GatewayMetrics.CatalogTaken);
    }

    private static OptionsValidationException Refused(ImmutableArray<string> reasons) =>
        new(nameof(CatalogOptions), typeof(CatalogOptions), reasons);

    private void Announce(CatalogReading reading, CatalogSnapshot snapshot)
    {
        Log.Loaded(_logger, _file.Path, snapshot.Models.Length, snapshot.Providers.Count + snapshot.UnservedProviders.Count);
        foreach (var notice in reading.Notices)
        {
            Log.NotInForce(_logger, notice);
        }

        foreach (var (name, reason) in snapshot.UnservedProviders)
        {
            Log.Unavailable(_logger, name, reason);
        }

        foreach (var provider in snapshot.Providers.Values)
        {
            if (provider.Unavailable is { } reason)
            {
                Log.Unavailable(_logger, provider.Name, reason);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Catalog {Path} is in force: {Models} models, {Providers} providers")]
        public static partial void Loaded(ILogger logger, string path, int models, int providers);

        [LoggerMessage(2, LogLevel.Error, "Catalog {Path} has changed and is refused for {Count} problems; the old one stays in force: {Problems}")]
        public static partial void Refused(ILogger logger, string path, int count, string problems);

        [LoggerMessage(3, LogLevel.Error, "Catalog {Path} cannot be read any more; the old one stays in force: {Reason}")]
        public static partial void Unreadable(ILogger logger, string path, string reason);

        [LoggerMessage(4, LogLevel.Warning, "Catalog: {Notice}")]
        public static partial void NotInForce(ILogger logger, string notice);

        [LoggerMessage(5, LogLevel.Warning, "Provider {Provider} is unavailable: {Reason}")]
        public static partial void Unavailable(ILogger logger, string provider, string reason);
    }
}
