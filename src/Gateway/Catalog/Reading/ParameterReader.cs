using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Gateway.Catalog.Document;
using Gateway.Core.Models;
using Gateway.Core.Requests;

namespace Gateway.Catalog.Reading;

/// <summary>Reads <c>parameters</c>.</summary>
internal static class ParameterReader
{
    public static ParameterPolicy Read(Place place, ParametersSection? section)
    {
        if (section is null)
        {
            return ParameterPolicy.None;
        }

        var defaults = section.Defaults ?? [];
        foreach (var name in defaults.Keys)
        {
            Check(place["defaults"][name], name);
        }

        var drop = Names(place["drop"], section.Drop);
        var reject = Names(place["reject"], section.Reject, but: "n");
        foreach (var name in drop.Where(name => reject.Contains(name) || defaults.ContainsKey(name)))
        {
            place["drop"].Refuse($"\"{name}\" is dropped, and rejected or given a default as well; keep one of them");
        }

        return new ParameterPolicy
        {
            Defaults = [.. defaults.Select(parameter => new ParameterDefault(parameter.Key, Bytes(parameter.Value)))],
            Drop = drop,
            Reject = reject,
        };
    }

    // A card may refuse several answers at the price of one; it cannot decide their number.
    private static FrozenSet<string> Names(Place place, string[]? names, string? but = null)
    {
        for (var i = 0; i < (names?.Length ?? 0); i++)
        {
            if (names![i] != but)
            {
                Check(place[i], names[i]);
            }
        }

        return (names ?? []).ToFrozenSet(StringComparer.Ordinal);
    }

    private static void Check(Place place, string name)
    {
        if (string.IsNullOrWhiteSpace(name) || RequestPolicy.Reserved.Contains(name))
        {
            place.Refuse($"\"{name}\" cannot be added, dropped or rejected by a model's card; remove it");
        }
    }

    private static ImmutableArray<byte> Bytes(JsonElement value) =>
        ImmutableCollectionsMarshal.AsImmutableArray(JsonMarshal.GetRawUtf8Value(value).ToArray());
}
