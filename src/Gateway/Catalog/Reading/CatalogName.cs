using System.Buffers;

namespace Gateway.Catalog.Reading;

/// <summary>
/// The rule for names of models, aliases, providers and tiers. They end up in headers, metric labels, patterns of allowed models and
/// file names of exports, hence no spaces, quotes, commas or asterisks.
/// </summary>
internal static class CatalogName
{
    private const int Longest = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/@+");

    public static bool Check(Place place, string name)
    {
        if (name.Length is > 0 and <= Longest && !name.AsSpan().ContainsAnyExcept(Allowed))
        {
            return true;
        }

        place.Refuse($"\"{name}\" cannot be a name; use 1 to {Longest} letters, digits and - _ . : / @ +");
        return false;
    }
}
