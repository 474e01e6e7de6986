using System.Collections.Concurrent;
using Gateway.Limits;
using Microsoft.Extensions.Logging;

namespace Gateway.Backends.Tests.Limits;

/// <summary>What is told of outages.</summary>
internal sealed class OutageLines : ILogger<RedisOutage>
{
    public ConcurrentQueue<string> All { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        All.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
