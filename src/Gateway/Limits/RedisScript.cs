using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace Gateway.Limits;

/// <summary>A Lua script called by its hash; sent whole only to a server that does not know it (new, restarted, or flushed).</summary>
internal sealed class RedisScript
{
    public static readonly RedisScript Limits = new("Gateway.Limits.limits.v2.lua");
    public static readonly RedisScript Levels = new("Gateway.Limits.levels.v1.lua");
    public static readonly RedisScript Leases = new("Gateway.Limits.leases.v1.lua");
    public static readonly RedisScript Nodes = new("Gateway.Limits.nodes.v1.lua");

    private readonly string _text;
    private readonly byte[] _hash;

    [SuppressMessage("Security", "CA5350", Justification = "EVALSHA names scripts by SHA-1.")]
    private RedisScript(string resource)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The assembly holds no resource '{resource}'.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        _text = reader.ReadToEnd();
        _hash = SHA1.HashData(Encoding.UTF8.GetBytes(_text));
    }

    public static bool IsUnknown(Exception? e) => e is RedisServerException && e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    public async Task<RedisResult> EvaluateAsync(IDatabase database, RedisCall call)
    {
        try
        {
            return await SendAsync(database, call);
        }
        catch (RedisServerException e) when (IsUnknown(e))
        {
            return await SendWholeAsync(database, call);
        }
    }

    /// <summary>The call has its place among those on the connection when this returns; it fails where the server does not know the script.</summary>
    public Task<RedisResult> SendAsync(IDatabase database, RedisCall call) => database.ScriptEvaluateAsync(_hash, call.Keys, call.Arguments);

    public Task<RedisResult> SendWholeAsync(IDatabase database, RedisCall call) => database.ScriptEvaluateAsync(_text, call.Keys, call.Arguments);

    /// <summary>Sends the call after those sent before it and asks for no answer.</summary>
    public void Post(IDatabase database, RedisCall call) =>
        database.ScriptEvaluate(_hash, call.Keys, call.Arguments, CommandFlags.FireAndForget);
}
