namespace Gateway.Funds;

/// <summary>Who keeps count of what is held.</summary>
internal interface IHolds
{
    /// <summary>A request is over.</summary>
    ValueTask EndAsync(HeldFunds held, HoldEnd end);
}
