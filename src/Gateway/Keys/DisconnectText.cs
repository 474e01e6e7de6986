using Gateway.Core.Callers;

namespace Gateway.Keys;

/// <summary>The words for what happens upstream when a client goes away.</summary>
internal static class DisconnectText
{
    public const string Drain = "drain";
    public const string Cancel = "cancel";

    public static string Of(DisconnectPolicy policy) => policy == DisconnectPolicy.Cancel ? Cancel : Drain;

    public static DisconnectPolicy ToPolicy(string text) => text switch
    {
        Drain => DisconnectPolicy.Drain,
        Cancel => DisconnectPolicy.Cancel,
        _ => throw new InvalidDataException($"No disconnect policy is called '{text}'."),
    };
}
