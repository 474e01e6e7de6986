using System.Reflection;
using System.Text.RegularExpressions;

namespace Gateway.Tests.Configuration;

/// <summary>Every setting that the gateway binds or reads by name, found in the assembly itself.</summary>
internal static partial class KnownSettings
{
    private static readonly Assembly Gateway = typeof(Program).Assembly;

    /// <summary>Classes that a whole section is bound to, by the section.</summary>
    public static IReadOnlyList<(string Section, Type Options)> Sections { get; } =
    [
        .. Gateway.GetTypes().Where(static type => type.Name.EndsWith("Options", StringComparison.Ordinal))
            .Select(static type => (Text(type.GetField("Section", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)), type))
            .Where(static found => found.Item1 is not null)
            .Select(static found => (found.Item1!, found.type)),
    ];

    /// <summary>Those settings, each with its class and property.</summary>
    public static IReadOnlyDictionary<string, (Type Options, PropertyInfo Property)> Bound { get; } = Sections
        .SelectMany(static found => found.Options.GetProperties().Where(static property => property.SetMethod is { IsPublic: true }).Select(property => ($"{found.Section}:{property.Name}", found.Options, property)))
        .ToDictionary(static found => found.Item1, static found => (found.Options, found.property), StringComparer.Ordinal);

    /// <summary>And those that are read by a name of their own.</summary>
    public static IReadOnlySet<string> All { get; } = new HashSet<string>(
        Gateway.GetTypes().SelectMany(static type => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Select(Text)
            .Where(static text => text is not null && Key().IsMatch(text) && Sections.All(found => found.Section != text))
            .Select(static text => text!)
            .Concat(Bound.Keys),
        StringComparer.Ordinal);

    private static string? Text(FieldInfo? field) => field is { IsLiteral: true } && field.FieldType == typeof(string) ? (string?)field.GetRawConstantValue() : null;

    [GeneratedRegex(@"\A(Gateway|ConnectionStrings)(:[A-Za-z]+)+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();
}
