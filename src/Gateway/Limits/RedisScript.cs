using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace Gateway.Limits;

/// <summary>A Lua script called by its hash; sent whole only to a server that does not know it (new, restarted, or flushed).</summary>
internal sealed class RedisScript
{
    private readonly string _text;
    private readonly byte[] _hash;

    [SuppressMessage("Security", "CA5350", Justification = "EVALSHA names scripts by SHA-1.")]
    public RedisScript(string resource)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The assembly holds no resource '{resource}'.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        _text = reader.ReadToEnd();
        _hash = SHA1.HashData(Encoding.UTF8.GetBytes(_text));
    }

    public async Task<RedisResult> EvaluateAsync(IDatabase database, RedisCall call)
    {
        try
        {
            return await database.ScriptEvaluateAsync(_hash, call.Keys, call.Arguments);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(_text, call.Keys, call.Arguments);
        }
    }

    /// <summary>Sends the call after those sent before it and asks for no answer.</summary>
    public void Post(IDatabase database, RedisCall call) =>
        database.ScriptEvaluate(_hash, call.Keys, call.Arguments, CommandFlags.FireAndForget);
}
