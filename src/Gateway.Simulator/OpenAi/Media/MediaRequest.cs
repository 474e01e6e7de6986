namespace Gateway.Simulator.OpenAi.Media;

/// <summary>What an answer depends on in a request about images or audio, sent as JSON or as a form.</summary>
internal sealed class MediaRequest
{
    /// <summary>Every field that is a text or a number, by name; of an array, nothing.</summary>
    public Dictionary<string, string> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>Every file, by the name of its part, in order.</summary>
    public List<(string Name, byte[] Content)> Files { get; } = [];

    /// <summary>The model name up to its first semicolon.</summary>
    public string? Model => this["model"] is { } model ? model.Split(';', 2)[0] : null;

    /// <summary>What follows that semicolon.</summary>
    public string? ModelDirectives => this["model"]?.Split(';', 2) is [_, var directives] ? directives : null;

    public string Prompt => this["prompt"] ?? this["input"] ?? "";

    public bool Stream => this["stream"] is "true" or "True" || this["stream_format"] is "sse";

    public string? this[string field] => Fields.GetValueOrDefault(field);

    public int Number(string field, int otherwise) => int.TryParse(this[field], out var number) ? number : otherwise;
}
