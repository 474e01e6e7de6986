namespace Gateway.Core.Images;

/// <summary>
/// OpenAI's rule for patch models: the squares of 32 pixels that cover the image after the scaling of <see cref="PatchLimit"/>,
/// multiplied by a factor of the model and rounded up. Smaller images are never enlarged. Each detail may have limits of its own.
/// </summary>
/// <remarks>
/// Without limits for low, low counts as high: it has no fixed price at these models. Without limits for original, original is
/// refused with <see cref="ImageCountProblem.DetailUnsupported"/>. An image that needs more patches than its detail's
/// <see cref="PatchLimit.RejectAbove"/> is refused with <see cref="ImageCountProblem.TooManyUnits"/>.
/// </remarks>
public sealed record PatchFormula : ImageFormula
{
    private const int SmallSide = 512;

    /// <summary>Makes a formula from what a vendor publishes.</summary>
    /// <param name="multiplier">Tokens of each patch.</param>
    /// <param name="high">Limits at high detail.</param>
    /// <param name="low">Limits at low detail; null: low counts as high.</param>
    /// <param name="original">Limits at original detail; null: original is refused.</param>
    /// <param name="autoDetail">What the model makes of <see cref="ImageDetail.Auto"/>.</param>
    /// <param name="name">The formula's name; made of multiplier and budget at high detail (<c>patch-1.62-1536</c>) when absent.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of range, or auto counts as an original that is refused.</exception>
    public PatchFormula(
        PatchMultiplier multiplier,
        PatchLimit high,
        PatchLimit? low = null,
        PatchLimit? original = null,
        AutoDetail autoDetail = AutoDetail.High,
        string? name = null)
    {
        ThrowIfUnsound(high, nameof(high));
        ThrowIfUnsound(low ?? default, nameof(low));
        ThrowIfUnsound(original ?? default, nameof(original));
        if (autoDetail is AutoDetail.Original && original is null)
        {
            throw new ArgumentOutOfRangeException(nameof(autoDetail), autoDetail, "The formula has no original.");
        }

        (Multiplier, High, Low, Original, AutoDetail) = (multiplier, high, low, original, autoDetail);
        Name = name ?? (high.Budget is { } budget ? $"patch-{multiplier}-{budget}" : $"patch-{multiplier}");
    }

    /// <summary>Tokens of each patch; its <see cref="PatchMultiplier.Text"/> is what a quote shows.</summary>
    public PatchMultiplier Multiplier { get; }

    public PatchLimit High { get; }

    public PatchLimit? Low { get; }

    public PatchLimit? Original { get; }

    public AutoDetail AutoDetail { get; }

    public override string Name { get; }

    public override ImageCount Count(ImageSize size, ImageDetail detail)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size.Shortest, 1, nameof(size));
        if (LimitOf(detail, size.Longest <= SmallSide, out ImageDetail counted) is not { } limit)
        {
            return Unsupported(counted, size);
        }

        ImageSize scaled = limit.Scale(size, out int patches);
        return patches > limit.RejectAbove
            ? new ImageCount(counted, scaled, ImageUnit.Patch, patches, 0)
            {
                Problem = ImageCountProblem.TooManyUnits,
                MostUnits = limit.RejectAbove.Value,
            }
            : Counted(counted, scaled, patches);
    }

    /// <summary>
    /// The most that any image can count: the most patches that fill a rectangle within the detail's limits, which an image of
    /// just that size has. A detail that is refused is refused here too.
    /// </summary>
    public override ImageCount Largest(ImageDetail detail)
    {
        if (LimitOf(detail, isSmall: false, out ImageDetail counted) is not { } limit)
        {
            return Unsupported(counted, default);
        }

        int patches = limit.Largest();
        if (detail is ImageDetail.Auto && AutoDetail is AutoDetail.BySize && Low is { } low)
        {
            // Which of the two it is cannot be known, so the dearer.
            int small = (low with { MaxSide = Math.Min(low.MaxSide ?? SmallSide, SmallSide) }).Largest();
            (counted, patches) = small > patches ? (ImageDetail.Low, small) : (counted, patches);
        }

        return Counted(counted, default, patches);
    }

    private static void ThrowIfUnsound(PatchLimit limit, string name)
    {
        if (!limit.IsSound)
        {
            throw new ArgumentOutOfRangeException(name, limit, "A limit is out of range.");
        }
    }

    private static ImageCount Unsupported(ImageDetail detail, ImageSize size) =>
        new(detail, size, ImageUnit.Patch, 0, 0) { Problem = ImageCountProblem.DetailUnsupported };

    private ImageCount Counted(ImageDetail detail, ImageSize scaled, int patches) =>
        new(detail, scaled, ImageUnit.Patch, patches, Multiplier.Apply(patches));

    private PatchLimit? LimitOf(ImageDetail detail, bool isSmall, out ImageDetail counted)
    {
        counted = detail switch
        {
            ImageDetail.Auto => AutoDetail switch
            {
                AutoDetail.Low => ImageDetail.Low,
                AutoDetail.Original => ImageDetail.Original,
                AutoDetail.BySize when isSmall => ImageDetail.Low,
                _ => ImageDetail.High,
            },
            _ => detail,
        };
        if (counted is ImageDetail.Original)
        {
            return Original;
        }

        counted = counted is ImageDetail.Low && Low is not null ? ImageDetail.Low : ImageDetail.High;
        return counted is ImageDetail.Low ? Low : High;
    }
}
