namespace Gateway.Simulator.Images;

/// <summary>
/// The tokens of an image by OpenAI's patch rule: fit into a square, cover with squares of 32 pixels, make it smaller until
/// no more of them than the budget are needed and one side is whole squares, multiply, round up.
/// </summary>
/// <param name="Hundredths">Tokens of a hundred patches.</param>
/// <param name="MaxSide">Pixels of the square's side.</param>
/// <param name="Budget">The most patches; null = as many as there are.</param>
internal sealed record PatchCount(int Hundredths, int MaxSide, int? Budget = null)
{
    private const int Side = 32;

    /// <summary>The tokens of one image.</summary>
    /// <param name="size">Null = unknown: the most that an image can cost.</param>
    public long Tokens(ImageSize? size)
    {
        var patches = size is { } known ? Patches(known.Width, known.Height) : Most;
        return ((patches * Hundredths) + 99) / 100;
    }

    private long Most => Math.Min(Budget ?? long.MaxValue, Along(MaxSide) * Along(MaxSide));

    private long Patches(long width, long height)
    {
        var longest = Math.Max(width, height);
        if (longest > MaxSide)
        {
            (width, height) = (Fitted(width, longest), Fitted(height, longest));
        }

        var patches = Along(width) * Along(height);
        if (patches <= Budget.GetValueOrDefault(int.MaxValue))
        {
            return patches;
        }

        // Either the width or the height becomes whole squares: whichever asks for the smaller picture.
        var (columns, rows) = (Whole(width, height), Whole(height, width));
        return columns * height <= rows * width
            ? columns * Along(Math.Max(1, Side * columns * height / width))
            : rows * Along(Math.Max(1, Side * rows * width / height));
    }

    private static long Along(long side) => (side + Side - 1) / Side;

    /// <summary>A half is rounded up; 1 at least.</summary>
    private long Fitted(long side, long longest) => Math.Max(1, ((2 * side * MaxSide) + longest) / (2 * longest));

    /// <summary>The most squares along one side of a picture of that shape whose area is the budget's; 1 at least.</summary>
    private long Whole(long along, long across)
    {
        var budget = Budget.GetValueOrDefault();
        var squares = (long)Math.Sqrt((double)budget * along / across);
        while ((squares + 1) * (squares + 1) * across <= budget * along)
        {
            squares++;
        }

        while (squares > 1 && squares * squares * across > budget * along)
        {
            squares--;
        }

        return Math.Max(1, squares);
    }
}
