using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Gateway.Simulator.Behaviors;

/// <summary>Lays the sources of behaviour over each other: options, model name, message text, script.</summary>
internal sealed class BehaviorLayers(Behavior lowest, SimulatorScript script)
{
    // Names come from the caller, so what is remembered of them is bounded.
    private const int RememberedSuffixes = 256;

    private readonly ConcurrentDictionary<string, Behavior> _suffixes = new(StringComparer.Ordinal);

    /// <summary>The behaviour for a request.</summary>
    /// <param name="modelSuffix">What follows the first semicolon of the model name. An unknown directive here is refused.</param>
    /// <param name="message">JSON of the last user message's content. Brackets that hold no directive are taken for prose.</param>
    public bool TryResolve(
        string? modelSuffix,
        ReadOnlySpan<byte> message,
        [NotNullWhen(true)] out Behavior? behavior,
        [NotNullWhen(false)] out string? complaint)
    {
        behavior = lowest;
        complaint = null;
        if (modelSuffix is not null)
        {
            if (!TryReadSuffix(modelSuffix, out var ofModel, out complaint))
            {
                behavior = null;
                return false;
            }

            behavior = ofModel.Over(behavior);
        }

        for (var open = message.IndexOf("[["u8); open >= 0; open = message.IndexOf("[["u8))
        {
            message = message[(open + 2)..];
            var close = message.IndexOf("]]"u8);
            if (close < 0)
            {
                break;
            }

            if (BehaviorDirectives.TryParse(Encoding.UTF8.GetString(message[..close]), out var ofText, out _))
            {
                behavior = ofText.Over(behavior);
                message = message[(close + 2)..];
            }
        }

        behavior = script.Next().Over(behavior);
        return true;
    }

    private bool TryReadSuffix(
        string suffix, [NotNullWhen(true)] out Behavior? behavior, [NotNullWhen(false)] out string? complaint)
    {
        complaint = null;
        if (_suffixes.TryGetValue(suffix, out behavior))
        {
            return true;
        }

        if (!BehaviorDirectives.TryParse(suffix, out behavior, out complaint))
        {
            return false;
        }

        if (_suffixes.Count < RememberedSuffixes)
        {
            _suffixes.TryAdd(suffix, behavior);
        }

        return true;
    }
}
