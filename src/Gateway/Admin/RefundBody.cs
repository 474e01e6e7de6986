using Gateway.Core.Errors;
using Gateway.Core.Pricing;

namespace Gateway.Admin;

/// <summary>What is to be given back of a request's money: all of it where no amount is given.</summary>
internal sealed record RefundBody(Money? Amount, string? Note)
{
    private const int MaxNote = 500;

    public static Outcome<RefundBody> Read(BodyFields fields)
    {
        var draft = new RefundBody(MoneyBody.ReadPositive(fields, "amount"), fields.Text("note", MaxNote));
        fields.RefuseOthers();
        return fields.Error is { } error ? error : draft;
    }
}
