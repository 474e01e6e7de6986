using Gateway.Core.Errors;
using Gateway.Core.Pricing;

namespace Gateway.Admin;

/// <summary>A credit that is to be given.</summary>
internal sealed record CreditBody(Money Amount, string Note, string? IdempotencyKey)
{
    private const int MaxNote = 500;
    private const int MaxKey = 255;

    /// <summary>With the key among the fields, as the command line has it.</summary>
    public static Outcome<CreditBody> Read(BodyFields fields) => Read(fields, fields.Text("idempotency_key", MaxKey), "idempotency_key");

    /// <param name="fields">The body.</param>
    /// <param name="key">The idempotency key, or null.</param>
    /// <param name="keyName">What it is called where it stands.</param>
    public static Outcome<CreditBody> Read(BodyFields fields, string? key, string keyName)
    {
        var draft = new CreditBody(MoneyBody.ReadCredit(fields), fields.RequiredText("note", MaxNote), key);
        fields.RefuseOthers();
        if (key is not null && (key.Length is 0 or > MaxKey || key.AsSpan().ContainsAnyExceptInRange(' ', '~')))
        {
            fields.Fail(GatewayError.InvalidValue(keyName, $"it must have 1 to {MaxKey} printable ASCII characters."));
        }

        return fields.Error is { } error ? error : draft;
    }
}
