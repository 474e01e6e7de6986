using System.Globalization;

namespace Gateway.Benchmarks;

/// <summary>Arguments of the form <c>--name value</c>.</summary>
internal sealed class Arguments
{
    private readonly List<(string Name, string Value)> _all = [];

    public Arguments(ReadOnlySpan<string> args)
    {
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length)
            {
                throw new CannotMeasureException($"'{args[i]}' is no option with a value.");
            }

            _all.Add((args[i][2..], args[i + 1]));
        }
    }

    public string? Find(string name) => _all.FindLast(argument => argument.Name == name).Value;

    public IReadOnlyList<string> All(string name) => [.. _all.Where(argument => argument.Name == name).Select(argument => argument.Value)];

    public int Whole(string name, int otherwise) => Find(name) switch
    {
        null => otherwise,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 => number,
        var text => throw new CannotMeasureException($"--{name} {text}: a whole number above zero is needed."),
    };

    /// <summary>One of a few words; the first is the default.</summary>
    public string Choice(string name, params ReadOnlySpan<string> choices)
    {
        var chosen = Find(name) ?? choices[0];
        return choices.Contains(chosen)
            ? chosen
            : throw new CannotMeasureException($"--{name} {chosen}: one of {string.Join(", ", choices)} is needed.");
    }

    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        foreach (var (name, _) in _all)
        {
            if (!names.Contains(name))
            {
                throw new CannotMeasureException($"--{name} is not known here. Known: {string.Join(", ", names)}.");
            }
        }
    }
}
