using System.Text.Json.Serialization;

namespace Gateway.Admin;

/// <summary>A JSON text from a column, to stand in an answer as it is.</summary>
[JsonConverter(typeof(RawJsonConverter))]
internal sealed record RawJson(string Text);
