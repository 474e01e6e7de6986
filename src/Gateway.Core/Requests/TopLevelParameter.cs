namespace Gateway.Core.Requests;

/// <summary>One property of the body's outermost object, as the client wrote it.</summary>
/// <param name="Name">The name in UTF-8, unescaped.</param>
/// <param name="Start">Offset of the name's opening quote.</param>
/// <param name="Value">The whole value, quotes and brackets included.</param>
public readonly record struct TopLevelParameter(ReadOnlyMemory<byte> Name, int Start, ByteRange Value);
