using System.Collections.Immutable;

namespace Gateway.Catalog.Reading;

/// <summary>What reading one catalog brings to light: every problem at once.</summary>
internal sealed class CatalogFindings
{
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);
    private readonly List<string> _left = [];
    private readonly List<CatalogProblem> _problems = [];

    public bool HasProblems => _problems.Count > 0;

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<CatalogProblem> Problems => [.. _problems.OrderBy(problem => problem.Line ?? 0)];

    public void Place(string path, int line) => _lines[path] = line;

    /// <summary>A problem of form. The value was left out of what is judged next, so that nothing is said twice about it.</summary>
    public void RefuseForm(string path, int line, string message, string leftOut)
    {
        _problems.Add(new CatalogProblem(path, line, message));
        _left.Add(leftOut);
    }

    /// <summary>A problem of meaning.</summary>
    public void Refuse(string path, string message)
    {
        if (!_left.Exists(left => Holds(left, path) || Holds(path, left)))
        {
            _problems.Add(new CatalogProblem(path, LineOf(path), message));
        }
    }

    private static bool Holds(string outer, string inner) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && (inner.Length == outer.Length || outer.Length == 0 || inner[outer.Length] is '.' or '[');

    // Of the value, or where it is absent, of what should hold it.
    private int? LineOf(string path)
    {
        for (var at = path; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOfAny(['.', '[']))])
        {
            if (_lines.TryGetValue(at, out var line))
            {
                return line;
            }
        }

        return null;
    }
}
