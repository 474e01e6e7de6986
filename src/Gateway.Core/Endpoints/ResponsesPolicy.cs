using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Gateway.Core.Models;

namespace Gateway.Core.Endpoints;

/// <summary>
/// A card's parameter policy, which is written in the names of a chat, in those of the Responses API: a maximum of tokens is
/// <c>max_output_tokens</c>, 16 at least, and the form of the answer is <c>text</c>. Defaults of parameters that only a chat has are left out.
/// </summary>
internal static class ResponsesPolicy
{
    private const string Maximum = "max_output_tokens";
    private const long Least = 16;

    private static readonly FrozenSet<string> OfChatAlone = FrozenSet.ToFrozenSet(
    [
        "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs", "modalities", "prediction", "presence_penalty", "reasoning_effort",
        "response_format", "seed", "stop", "verbosity",
    ]);

    // Worked out once for each card.
    private static readonly ConditionalWeakTable<ParameterPolicy, ParameterPolicy> Known = [];

    public static ParameterPolicy Of(ParameterPolicy card) => card.IsEmpty ? card : Known.GetValue(card, static card => new ParameterPolicy
    {
        Defaults = [.. DefaultsOf(card.Defaults)],
        Drop = card.Drop.Select(NameOf).ToFrozenSet(StringComparer.Ordinal),
        Reject = card.Reject.Select(NameOf).ToFrozenSet(StringComparer.Ordinal),
    });

    private static string NameOf(string name) => name switch
    {
        "max_tokens" or "max_completion_tokens" => Maximum,
        "response_format" => "text",
        _ => name,
    };

    private static IEnumerable<ParameterDefault> DefaultsOf(ImmutableArray<ParameterDefault> defaults)
    {
        var hasMaximum = false;
        foreach (var parameter in defaults.Where(parameter => !OfChatAlone.Contains(parameter.Name)))
        {
            if (NameOf(parameter.Name) != Maximum)
            {
                yield return parameter;
            }
            else if (!hasMaximum)
            {
                hasMaximum = true;
                var isCount = long.TryParse(Encoding.ASCII.GetString(parameter.Json.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var count);
                yield return new ParameterDefault(
                    Maximum, isCount && count < Least ? [.. Encoding.ASCII.GetBytes(Least.ToString(CultureInfo.InvariantCulture))] : parameter.Json);
            }
        }
    }
}
