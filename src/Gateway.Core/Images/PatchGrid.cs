namespace Gateway.Core.Images;

/// <summary>Whole-number arithmetic of rules that cover an image with a grid of squares.</summary>
internal static class PatchGrid
{
    /// <summary>How many squares cover a side.</summary>
    public static int Along(int side, int square) => (int)(((long)side + square - 1) / square);

    /// <summary>
    /// The most squares that a rectangle of them can have, where no side has more than <paramref name="along"/> and the
    /// whole no more than <paramref name="most"/>. A prime number of squares fits no other rectangle than a row, so the
    /// answer is often less than <paramref name="most"/>.
    /// </summary>
    public static int Largest(int along, int most)
    {
        int largest = 0;
        for (int rows = 1; rows <= along && rows <= most; rows++)
        {
            largest = (int)Math.Max(largest, (long)rows * Math.Min(along, most / rows));
        }

        return largest;
    }

    /// <summary>The largest whole number whose square is not above <paramref name="value"/>; digit by digit in base 2.</summary>
    /// <param name="value">0 or more.</param>
    public static long SquareRoot(long value)
    {
        long root = 0;
        for (long bit = 1L << 31; bit > 0; bit >>= 1)
        {
            long next = root + bit;
            if ((ulong)next * (ulong)next <= (ulong)value)
            {
                root = next;
            }
        }

        return root;
    }
}
