using System.Collections.Concurrent;
using System.Data.Common;
using System.Net;
using Gateway.Core.Callers;
using Gateway.Core.Errors;

namespace Gateway.Keys;

/// <summary>The first stage of a request: its key becomes a <see cref="Caller"/>.</summary>
internal sealed partial class KeyAuthenticator(KeyCache cache, KeyStore store, BadKeys badKeys, KeyUses uses, TimeProvider time, ILogger<KeyAuthenticator> logger)
{
    private const string Scheme = "Bearer ";
    private const string KeyHeader = "x-api-key";
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<KeyHash, TaskCompletionSource<KnownKey?>> _loading = new();

    /// <summary>For the request as it came: its bearer key, from its address, as long as its client waits.</summary>
    public ValueTask<Outcome<Caller>> AuthenticateAsync(HttpContext context)
    {
        string? header = context.Request.Headers.Authorization;
        var (connection, address) = (context.Features.Get<ConnectionKey>(), context.Connection.RemoteIpAddress);
        if (header is null || connection?.Find(header, cache.Generation) is not { } known)
        {
            return AuthenticateAsync(ReadBearer(header), address, context.RequestAborted, connection, header);
        }

        known.Touch();
        return new(Judge(known, address));
    }

    /// <summary>The same, where the key may also come in <c>x-api-key</c>.</summary>
    /// <param name="context">The request's.</param>
    /// <param name="takesKeyHeader">Whether it may.</param>
    public ValueTask<Outcome<Caller>> AuthenticateAsync(HttpContext context, bool takesKeyHeader)
    {
        if (!takesKeyHeader || !context.Request.Headers.TryGetValue(KeyHeader, out var header))
        {
            return AuthenticateAsync(context);
        }

        // One that comes twice is none.
        var key = header.ToString().AsSpan().Trim(' ');
        var bearer = ReadBearer(context.Request.Headers.Authorization);
        return !bearer.IsEmpty && !key.IsEmpty && !bearer.SequenceEqual(key)
            ? new(GatewayError.TwoKeys())
            : AuthenticateAsync(key.IsEmpty ? bearer : key, context.Connection.RemoteIpAddress, context.RequestAborted);
    }

    /// <param name="authorization">The header's value as it came, or null.</param>
    /// <param name="address">Where the request came from, as far as that is known.</param>
    /// <param name="cancellationToken">The client's patience.</param>
    public ValueTask<Outcome<Caller>> AuthenticateAsync(string? authorization, IPAddress? address, CancellationToken cancellationToken) =>
        AuthenticateAsync(ReadBearer(authorization), address, cancellationToken);

    private ValueTask<Outcome<Caller>> AuthenticateAsync(
        ReadOnlySpan<char> presented, IPAddress? address, CancellationToken cancellationToken, ConnectionKey? connection = null, string? header = null)
    {
        if (presented.IsEmpty)
        {
            return new(GatewayError.MissingKey());
        }

        Span<byte> ascii = stackalloc byte[ApiKey.Length];
        if (!ApiKey.TryRead(presented, ascii))
        {
            return new(Refuse(address, ApiKey.Mask(presented)));
        }

        var (hash, generation) = (KeyHash.Of(ascii), cache.Generation);
        if (cache.TryGetKnown(hash, out var known))
        {
            connection?.Remember(header!, known, generation); // What was presented is in it.
            return new(Judge(known, address));
        }

        // The checksum is asked after the cache: a known key needs none.
        return !ApiKey.HasRightChecksum(ascii) || cache.IsUnknown(hash)
            ? new(Refuse(address, ApiKey.Mask(presented)))
            : LoadAsync(hash, ApiKey.Mask(presented), address, cancellationToken);
    }

    private GatewayError Refuse(IPAddress? address, string masked) => badKeys.Refuse(address, GatewayError.InvalidKey(masked));

    private static ReadOnlySpan<char> ReadBearer(string? authorization) =>
        authorization is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? authorization.AsSpan(Scheme.Length).Trim(' ')
            : [];

    private Outcome<Caller> Judge(KnownKey key, IPAddress? address)
    {
        if (key.ExpiresAt is { } expiry && expiry <= time.GetUtcNow())
        {
            return GatewayError.ExpiredKey();
        }

        if (key.Addresses is { } allowed && !allowed.Contain(address))
        {
            return GatewayError.AddressNotAllowed(address?.ToString());
        }

        uses.Note(key);
        return key.Caller;
    }

    private async ValueTask<Outcome<Caller>> LoadAsync(KeyHash hash, string masked, IPAddress? address, CancellationToken cancellationToken)
    {
        try
        {
            var key = await LoadOnceAsync(hash, cancellationToken);
            return key is null ? Refuse(address, masked) : Judge(key, address);
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
