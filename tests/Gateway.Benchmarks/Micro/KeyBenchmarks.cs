using BenchmarkDotNet.Attributes;
using Gateway.Benchmarks.Servers;
using Gateway.Keys;
using Gateway.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Benchmarks.Micro;

/// <summary>A key that the node has seen before: hash, look-up, expiry; and one that its connection presented before, which needs neither hash nor look-up.</summary>
public class KeyBenchmarks : IDisposable
{
    private readonly Workspace _workspace = new();
    private KeyAuthenticator _keys = null!; // Set before the first run.
    private readonly DefaultHttpContext _context = new();
    private string _authorization = "";

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var storage = new StorageOptions { DataDirectory = _workspace.Root };
        var database = StorageRegistration.Open(storage, TimeProvider.System);
        await new Migrator(database, TimeProvider.System, NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None);
        _authorization = $"Bearer {await TenantSeed.MakeKeyAsync(storage, CancellationToken.None)}";
        var cache = new KeyCache();
        var store = new KeyStore(
            database, new ChangeLog(database, TimeProvider.System), new AuditLog(database, TimeProvider.System), cache, TimeProvider.System);
        _keys = new KeyAuthenticator(
            cache, store, new BadKeys(), new KeyUses(store, TimeProvider.System, NullLogger<KeyUses>.Instance), TimeProvider.System, NullLogger<KeyAuthenticator>.Instance);
        _context.Features.Set(new ConnectionKey());
        _context.Request.Headers.Authorization = _authorization;
        if (!await Cached() || !await PresentedBefore())
        {
            throw new InvalidOperationException("The sample key is refused.");
        }
    }

    [Benchmark]
    public async Task<bool> Cached() => (await _keys.AuthenticateAsync(_authorization, null, CancellationToken.None)).TryGet(out _, out _);

    [Benchmark]
    public async Task<bool> PresentedBefore() => (await _keys.AuthenticateAsync(_context)).TryGet(out _, out _);

    public void Dispose()
    {
        _workspace.Dispose();
        GC.SuppressFinalize(this);
    }
}
