namespace Gateway.Benchmarks.Load;

internal static class Median
{
    /// <param name="figures">At least one, in any order.</param>
    /// <returns>The middle one; of an even number the mean of the middle two.</returns>
    public static double Of(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
