using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Funds;

namespace Gateway.Admin;

/// <summary>Amounts of money in bodies: decimal strings in US dollars, never JSON numbers, which many read as floating-point ones.</summary>
internal static class MoneyBody
{
    /// <summary>The most decimals and digits that an amount has, and its sign.</summary>
    private const int MaxText = 24;

    private const string Rule = "it must be a string with a decimal number of US dollars, such as \"12.50\", with at most nine decimals";

    /// <summary>A tenant's or key's budget for a month, or null.</summary>
    public static Money? ReadBudget(BodyFields fields)
    {
        const string Field = "monthly_budget";
        if (Read(fields, Field) is not { } budget)
        {
            return null;
        }

        if (budget < Money.Zero)
        {
            fields.Fail(GatewayError.InvalidValue(fields.PathOf(Field), "it must not be less than 0."));
        }

        return budget;
    }

    /// <summary>A credit's amount.</summary>
    public static Money ReadCredit(BodyFields fields)
    {
        const string Field = "amount";
        if (Read(fields, Field) is not { } amount)
        {
            fields.Fail(GatewayError.MissingParameter(fields.PathOf(Field)));
            return Money.Zero;
        }

        if (amount == Money.Zero || Int128.Abs(amount.NanoUsd) > (Int128)FundsStore.LargestCreditUsd * Money.NanoPerUsd)
        {
            fields.Fail(GatewayError.InvalidValue(
                fields.PathOf(Field), $"it must be from -{FundsStore.LargestCreditUsd} to {FundsStore.LargestCreditUsd}, and not 0; what is less than 0 takes credit back."));
        }

        return amount;
    }

    /// <summary>An amount that must be more than nothing, or null.</summary>
    public static Money? ReadPositive(BodyFields fields, string field)
    {
        if (Read(fields, field) is { } amount)
        {
            if (amount <= Money.Zero)
            {
                fields.Fail(GatewayError.InvalidValue(fields.PathOf(field), "it must be more than 0."));
            }

            return amount;
        }

        return null;
    }

    private static Money? Read(BodyFields fields, string field)
    {
        if (fields.Text(field, MaxText) is not { } text)
        {
            return null;
        }

        if (!Money.TryParse(text, out var money))
        {
            fields.Fail(GatewayError.InvalidValue(fields.PathOf(field), $"{Rule}."));
        }

        return money;
    }
}
