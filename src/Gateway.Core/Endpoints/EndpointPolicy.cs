using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Gateway.Core.Models;

namespace Gateway.Core.Endpoints;

/// <summary>
/// A card's parameter policy, which is written in the names of a chat, in those of another endpoint. A maximum of tokens has its own name there, or
/// there is none; defaults of parameters that only a chat has are left out.
/// </summary>
/// <param name="maximum">The maximum of tokens; null where nothing is completed.</param>
/// <param name="least">The smallest that is allowed.</param>
/// <param name="responseFormat">What says the form of the answer; null where nothing does.</param>
/// <param name="unknown">The parameters of a chat that are unknown there, beyond those that are only a chat's.</param>
internal sealed class EndpointPolicy(string? maximum, long least = 1, string? responseFormat = null, params ReadOnlySpan<string> unknown)
{
    private static readonly string[] OfChatAlone = ["audio", "function_call", "functions", "logprobs", "modalities", "prediction", "reasoning_effort", "response_format", "verbosity"];

    /// <summary>For endpoints whose answers nobody writes, as embeddings.</summary>
    public static readonly EndpointPolicy WithoutText = new(
        maximum: null,
        unknown: ["frequency_penalty", "logit_bias", "parallel_tool_calls", "presence_penalty", "seed", "stop", "temperature", "tool_choice", "tools", "top_p"]);

    private readonly FrozenSet<string> _unknown = FrozenSet.ToFrozenSet([.. OfChatAlone, .. unknown]);

    // Worked out once for each card.
    private readonly ConditionalWeakTable<ParameterPolicy, ParameterPolicy> _known = [];

    public ParameterPolicy Of(ParameterPolicy card) => card.IsEmpty ? card : _known.TryGetValue(card, out var known) ? known : _known.GetValue(card, Translate);

    private ParameterPolicy Translate(ParameterPolicy card) => new()
    {
        Defaults = [.. DefaultsOf(card.Defaults)],
        Drop = NamesOf(card.Drop),
        Reject = NamesOf(card.Reject),
    };

    private FrozenSet<string> NamesOf(IEnumerable<string> names) => names.Select(NameOf).OfType<string>().ToFrozenSet(StringComparer.Ordinal);

    private string? NameOf(string name) => name switch
    {
        "max_tokens" or "max_completion_tokens" or "max_output_tokens" => maximum,
        "response_format" => responseFormat,
        _ => name,
    };

    private IEnumerable<ParameterDefault> DefaultsOf(ImmutableArray<ParameterDefault> defaults)
    {
        var hasMaximum = false;
        foreach (var parameter in defaults.Where(parameter => !_unknown.Contains(parameter.Name)))
        {
            if (NameOf(parameter.Name) is not { } name)
            {
                continue;
            }

            if (name != maximum)
            {
                yield return parameter;
            }
            else if (!hasMaximum)
            {
                hasMaximum = true;
                var isCount = long.TryParse(Encoding.ASCII.GetString(parameter.Json.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var count);
                yield return new ParameterDefault(
                    name, isCount && count < least ? [.. Encoding.ASCII.GetBytes(least.ToString(CultureInfo.InvariantCulture))] : parameter.Json);
            }
        }
    }
}
