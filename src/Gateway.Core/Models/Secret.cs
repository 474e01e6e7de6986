namespace Gateway.Core.Models;

/// <summary>A provider's credential. It prints as asterisks, so that it cannot reach a log by accident.</summary>
public readonly struct Secret(string value)
{
    private readonly string? _value = value;

    /// <summary>Whether there is one: a variable that is not set gives none.</summary>
    public bool IsPresent => !string.IsNullOrEmpty(_value);

    /// <summary>The credential itself, for the header that carries it and nothing else.</summary>
    public string Reveal() => _value ?? string.Empty;

    public override string ToString() => IsPresent ? "***" : "(none)";
}
