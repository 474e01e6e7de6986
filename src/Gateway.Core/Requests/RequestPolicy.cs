using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Models;

namespace Gateway.Core.Requests;

/// <summary>Applies a model card's parameter policy: refuses, drops, and adds defaults.</summary>
public static class RequestPolicy
{
    /// <summary>Parameters that the gateway itself decides on, or whose meaning is the client's alone; a policy must leave them alone.</summary>
    public static readonly IReadOnlySet<string> Reserved =
        new HashSet<string>(StringComparer.Ordinal) { "model", "messages", "stream", "stream_options", "n", "best_of", "input" };

    public static bool TryApply(
        ReadOnlyMemory<byte> body,
        ParsedRequest request,
        ParameterPolicy policy,
        [NotNullWhen(true)] out RequestPlan? plan,
        [NotNullWhen(false)] out GatewayError? error)
    {
        plan = null;
        error = null;
        if (policy.IsEmpty)
        {
            plan = new RequestPlan(request, request.AllowedCompletion, request.N, [], policy);
            return true;
        }

        var edits = new List<Splice>();
        var (maxTokens, maxCompletionTokens) = (request.MaxTokens, request.MaxCompletionTokens);
        var kept = 0;
        for (var i = 0; i < request.Parameters.Count; i++)
        {
            var name = System.Text.Encoding.UTF8.GetString(request.Parameters[i].Name.Span);
            if (policy.Reject.Contains(name) && !IsNull(request.Parameters[i], body))
            {
                error = GatewayError.UnsupportedParameter(name);
                return false;
            }

            if (policy.Drop.Contains(name))
            {
                // Behind a property that stays, the comma in front goes; before the first that stays, the comma behind: never one comma twice.
                edits.Add(Remove(body.Span, request.Parameters[i], commaInFront: kept > 0));
                maxTokens = name == "max_tokens" ? null : maxTokens;
                maxCompletionTokens = name is "max_completion_tokens" or "max_output_tokens" ? null : maxCompletionTokens;
            }
            else
            {
                kept++;
            }
        }

        foreach (var parameter in policy.Defaults)
        {
            var isMaximum = parameter.Name is "max_tokens" or "max_completion_tokens" or "max_output_tokens";
            if (isMaximum ? (maxTokens ?? maxCompletionTokens) is not null : request.Find(System.Text.Encoding.UTF8.GetBytes(parameter.Name)) is not null)
            {
                continue;
            }

            // A maximum that the client gave as null is there already: a second one would leave it to the provider which to believe.
            var given = isMaximum && !policy.Drop.Contains(parameter.Name) ? request.Find(System.Text.Encoding.UTF8.GetBytes(parameter.Name)) : null;
            if (given is { } present)
            {
                edits.Add(new Splice(present.Value.Start, present.Value.Length, parameter.Json.AsMemory()));
            }
            else
            {
                edits.Add(new Splice(request.BodyStart, 0, Property(parameter.Name, parameter.Json.AsSpan(), comma: kept > 0)));
                kept++;
            }

            if (isMaximum && TryReadCount(parameter.Json.AsSpan(), out var count))
            {
                maxTokens = count;
            }
        }

        var allowed = (maxTokens, maxCompletionTokens) is ({ } left, { } right) ? Math.Max(left, right) : maxTokens ?? maxCompletionTokens ?? request.DefaultCompletion;
        plan = new RequestPlan(request, allowed, request.N, edits, policy);
        return true;
    }

    /// <summary><c>"name":value,</c> for insertion behind an opening brace.</summary>
    internal static byte[] Property(string name, ReadOnlySpan<byte> json, bool comma) =>
        [.. JsonText.Quote(name), (byte)':', .. json, .. comma ? ","u8 : ""u8];

    private static Splice Remove(ReadOnlySpan<byte> body, TopLevelParameter parameter, bool commaInFront)
    {
        var alone = new ByteRange(parameter.Start, parameter.Value.End - parameter.Start);
        var property = commaInFront ? JsonProperty.WithCommaInFront(body, alone) : JsonProperty.WithCommaBehind(body, alone);
        return new Splice(property.Start, property.Length, default);
    }

    private static bool IsNull(TopLevelParameter parameter, ReadOnlyMemory<byte> body) =>
        parameter.Value.Of(body.Span).SequenceEqual("null"u8);

    private static bool TryReadCount(ReadOnlySpan<byte> json, out long count)
    {
        var reader = new Utf8JsonReader(json);
        count = 0;
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out count);
    }
}
