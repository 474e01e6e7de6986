using Gateway.Catalog.Document;
using Gateway.Core.Models;

namespace Gateway.Catalog.Reading;

/// <summary>Reads <c>timeouts</c>; what is absent keeps its default.</summary>
internal static class TimeoutReader
{
    public static Timeouts Read(Place place, TimeoutsSection? section) => section is null ? Timeouts.Default : new Timeouts
    {
        Connect = place["connect"].Duration(section.Connect) ?? Timeouts.Default.Connect,
        FirstByte = place["first_byte"].Duration(section.FirstByte) ?? Timeouts.Default.FirstByte,
        Idle = place["idle"].Duration(section.Idle) ?? Timeouts.Default.Idle,
        Total = place["total"].Duration(section.Total) ?? Timeouts.Default.Total,
    };
}
