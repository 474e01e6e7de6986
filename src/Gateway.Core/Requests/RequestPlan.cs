using System.Text;
using Gateway.Core.Models;

namespace Gateway.Core.Requests;

/// <summary>A parsed request after the model card's parameter policy: what will hold upstream, and the edits that make it so.</summary>
/// <param name="Request">As the client sent it.</param>
/// <param name="AllowedCompletion">The completion tokens that one answer may have, or null where nobody said.</param>
/// <param name="N">Answers asked for.</param>
/// <param name="Edits">Of the body, the upstream model's name not among them yet.</param>
/// <param name="Policy">The card's, as applied.</param>
public sealed record RequestPlan(ParsedRequest Request, long? AllowedCompletion, int N, IReadOnlyList<Splice> Edits, ParameterPolicy Policy)
{
    /// <summary>
    /// The body's top-level parameters without what the card drops, then the card's defaults for what the client left out. The maximum of
    /// completion tokens is not among them: <see cref="AllowedCompletion"/> is.
    /// </summary>
    public IEnumerable<EffectiveParameter> EffectiveParameters(ReadOnlyMemory<byte> body)
    {
        foreach (var parameter in Request.Parameters)
        {
            var name = Encoding.UTF8.GetString(parameter.Name.Span);
            if (!IsMaximum(name) && !Policy.Drop.Contains(name))
            {
                yield return new EffectiveParameter(parameter.Name, body.Slice(parameter.Value.Start, parameter.Value.Length));
            }
        }

        foreach (var parameter in Policy.Defaults)
        {
            var name = Encoding.UTF8.GetBytes(parameter.Name);
            if (!IsMaximum(parameter.Name) && Request.Find(name) is null)
            {
                yield return new EffectiveParameter(name, parameter.Json.AsMemory());
            }
        }
    }

    private static bool IsMaximum(string name) => name is "max_tokens" or "max_completion_tokens" or "max_output_tokens";
}
