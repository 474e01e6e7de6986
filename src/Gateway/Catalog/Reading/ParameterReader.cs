using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Gateway.Catalog.Document;
using Gateway.Core.Models;

namespace Gateway.Catalog.Reading;

/// <summary>Reads <c>parameters</c>.</summary>
internal static class ParameterReader
{
    // Without the first two a body means nothing; the third decides the form of the answer, which the client alone can know.
    private static readonly string[] Untouchable = ["model", "messages", "stream"];

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
        var reject = Names(place["reject"], section.Reject);
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

    private static FrozenSet<string> Names(Place place, string[]? names)
    {
        for (var i = 0; i < (names?.Length ?? 0); i++)
        {
            Check(place[i], names![i]);
        }

        return (names ?? []).ToFrozenSet(StringComparer.Ordinal);
    }

    private static void Check(Place place, string name)
    {
        if (string.IsNullOrWhiteSpace(name) || Untouchable.Contains(name, StringComparer.Ordinal))
        {
            place.Refuse($"\"{name}\" cannot be added, dropped or rejected by a model's card; remove it");
        }
    }

    private static ImmutableArray<byte> Bytes(JsonElement value) =>
        ImmutableCollectionsMarshal.AsImmutableArray(JsonMarshal.GetRawUtf8Value(value).ToArray());
}
