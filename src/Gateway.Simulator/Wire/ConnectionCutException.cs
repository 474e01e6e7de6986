namespace Gateway.Simulator.Wire;

/// <summary>
/// Ends a connection in the middle of an answer. Kestrel answers an exception after the first byte by sending what was
/// flushed and closing without the final chunk, so that the client surely gets everything before the cut; an abort
/// would throw flushed bytes away.
/// </summary>
internal sealed class ConnectionCutException() : Exception("The simulated provider cut the connection.");
