namespace Gateway.Simulator.Wire;

/// <summary>An error in the shape of a dialect.</summary>
internal interface IProviderError
{
    int Status { get; }

    /// <summary>Writes the JSON body.</summary>
    void Write(Utf8Buffer to);
}
