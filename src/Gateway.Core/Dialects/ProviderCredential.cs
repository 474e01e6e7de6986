namespace Gateway.Core.Dialects;

/// <summary>A header by which a request is signed.</summary>
public sealed class ProviderCredential(string header, string value)
{
    public string Header { get; } = header;

    public string Value { get; } = value;

    public override string ToString() => $"{Header}: ***";
}
