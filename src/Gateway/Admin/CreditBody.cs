using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;

namespace Gateway.Admin;

/// <summary>A credit that is to be given.</summary>
internal sealed record CreditBody(Money Amount, string Note, IdempotencyKey? Key)
{
    private const int MaxNote = 500;

    /// <summary>With the key among the fields, as the command line has it.</summary>
    public static Outcome<CreditBody> Read(BodyFields fields) => Read(fields, fields.Text("idempotency_key", IdempotencyKey.Longest), "idempotency_key");

    /// <param name="fields">The body.</param>
    /// <param name="key">The idempotency key as it came, or null.</param>
    /// <param name="keyName">What it is called where it stands.</param>
    public static Outcome<CreditBody> Read(BodyFields fields, string? key, string keyName)
    {
        var isKey = IdempotencyKey.TryParse(key, out var read);
        var draft = new CreditBody(MoneyBody.ReadCredit(fields), fields.RequiredText("note", MaxNote), isKey ? read : null);
        fields.RefuseOthers();
        if (key is not null && !isKey)
        {
            fields.Fail(GatewayError.InvalidValue(keyName, $"it must have 1 to {IdempotencyKey.Longest} printable ASCII characters."));
        }

        return fields.Error is { } error ? error : draft;
    }
}
