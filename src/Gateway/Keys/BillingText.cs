using Gateway.Core.Callers;

namespace Gateway.Keys;

/// <summary>How a tenant pays, as it is stored and shown.</summary>
internal static class BillingText
{
    public const string Postpaid = "postpaid";
    public const string Prepaid = "prepaid";

    public static string Of(BillingMode mode) => mode == BillingMode.Prepaid ? Prepaid : Postpaid;

    public static BillingMode ToMode(string text) => text switch
    {
        Postpaid => BillingMode.Postpaid,
        Prepaid => BillingMode.Prepaid,
        _ => throw new InvalidDataException($"No way to pay is called '{text}'."),
    };
}
