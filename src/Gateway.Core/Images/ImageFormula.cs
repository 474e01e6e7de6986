namespace Gateway.Core.Images;

/// <summary>Turns an image's size into prompt tokens, as one family of models does.</summary>
public abstract record ImageFormula
{
    /// <summary>The name by which quotes and ledger rows cite the formula.</summary>
    public abstract string Name { get; }

    /// <summary>Counts an image whose size is known.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side of <paramref name="size"/> is less than 1.</exception>
    public abstract ImageCount Count(ImageSize size, ImageDetail detail);

    /// <summary>The most that any image can count: what is assumed of one whose size is unknown.</summary>
    public abstract ImageCount Largest(ImageDetail detail);
}
