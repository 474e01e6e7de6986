using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Gateway.Core.Models;

/// <summary>What a model's card does with top-level parameters of the body.</summary>
public sealed record ParameterPolicy
{
    public static readonly ParameterPolicy None = new();

    /// <summary>Added where absent.</summary>
    public ImmutableArray<ParameterDefault> Defaults { get; init; } = [];

    /// <summary>Taken out of the body without a word: what the model would refuse and the client can do without.</summary>
    public FrozenSet<string> Drop { get; init; } = [];

    /// <summary>Refused by name: 400 <c>unsupported_parameter</c>.</summary>
    public FrozenSet<string> Reject { get; init; } = [];

    public bool IsEmpty => Defaults.IsEmpty && Drop.Count == 0 && Reject.Count == 0;
}
