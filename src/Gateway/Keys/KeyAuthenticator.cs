using System.Collections.Concurrent;
using System.Data.Common;
using Gateway.Core.Callers;
using Gateway.Core.Errors;

namespace Gateway.Keys;

/// <summary>The first stage of a request: its bearer key becomes a <see cref="Caller"/>.</summary>
internal sealed partial class KeyAuthenticator(KeyCache cache, KeyStore store, TimeProvider time, ILogger<KeyAuthenticator> logger)
{
    private const string Scheme = "Bearer ";
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<KeyHash, TaskCompletionSource<KnownKey?>> _loading = new();

    /// <param name="authorization">The header's value as it came, or null.</param>
    public ValueTask<Outcome<Caller>> AuthenticateAsync(string? authorization, CancellationToken cancellationToken)
    {
        var presented = ReadBearer(authorization);
        if (presented.IsEmpty)
        {
            return new(GatewayError.MissingKey());
        }

        Span<byte> ascii = stackalloc byte[ApiKey.Length];
        if (!ApiKey.TryRead(presented, ascii))
        {
            return new(Refuse(presented));
        }

        var hash = KeyHash.Of(ascii);
        if (cache.TryGetKnown(hash, out var known))
        {
            return new(Judge(known));
        }

        // The checksum is asked after the cache: a known key needs none.
        return !ApiKey.HasRightChecksum(ascii) || cache.IsUnknown(hash)
            ? new(Refuse(presented))
            : LoadAsync(hash, ApiKey.Mask(presented), cancellationToken);
    }

    private static GatewayError Refuse(ReadOnlySpan<char> presented) => GatewayError.InvalidKey(ApiKey.Mask(presented));

    private static ReadOnlySpan<char> ReadBearer(string? authorization) =>
        authorization is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? authorization.AsSpan(Scheme.Length).Trim(' ')
            : [];

    private Outcome<Caller> Judge(KnownKey key) =>
        key.ExpiresAt is { } expiry && expiry <= time.GetUtcNow() ? GatewayError.ExpiredKey() : key.Caller;

    private async ValueTask<Outcome<Caller>> LoadAsync(KeyHash hash, string masked, CancellationToken cancellationToken)
    {
        try
        {
            var key = await LoadOnceAsync(hash, cancellationToken);
            return key is null ? GatewayError.InvalidKey(masked) : Judge(key);
        }
        catch (Exception e) when (e is DbException or TimeoutException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.LookUpFailed(logger, e);
            return GatewayError.StoreUnavailable();
        }
    }

    /// <summary>One query for all who present the same key at the same time. It belongs to none of them, so none can cancel it.</summary>
    private async Task<KnownKey?> LoadOnceAsync(KeyHash hash, CancellationToken cancellationToken)
    {
        var mine = new TaskCompletionSource<KnownKey?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var shared = _loading.GetOrAdd(hash, mine);
        if (ReferenceEquals(shared, mine))
        {
            try
            {
                mine.SetResult(await LoadAndRememberAsync(hash));
            }
            catch (Exception e)
            {
                mine.SetException(e);
            }
            finally
            {
                _loading.TryRemove(hash, out _);
            }
        }

        return await shared.Task.WaitAsync(cancellationToken);
    }

    private async Task<KnownKey?> LoadAndRememberAsync(KeyHash hash)
    {
        // Another may have finished between this one's look into the cache and its turn.
        if (cache.TryGetKnown(hash, out var known) || cache.IsUnknown(hash))
        {
            return known;
        }

        var generation = cache.Generation;
        using var timeout = new CancellationTokenSource(LoadTimeout, time);
        var key = await store.FindByHashAsync(hash, timeout.Token);
        if (key is null)
        {
            cache.AddUnknown(hash);
        }
        else
        {
            cache.AddKnown(hash, key, generation);
        }

        return key;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A key could not be looked up")]
        public static partial void LookUpFailed(ILogger logger, Exception cause);
    }
}
