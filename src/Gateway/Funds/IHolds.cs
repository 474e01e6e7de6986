namespace Gateway.Funds;

/// <summary>Who keeps count of what is held.</summary>
internal interface IHolds
{
    /// <summary>A request is over. With a committed row the row has moved what was spent already; without, all is given back.</summary>
    ValueTask EndAsync(HeldFunds held, bool committed);
}
