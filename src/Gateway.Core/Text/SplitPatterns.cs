using System.Text.RegularExpressions;

namespace Gateway.Core.Text;

/// <summary>
/// How the encodings cut text into pieces before merging, as tiktoken publishes it. They run over <see cref="SplitText"/>, one character for
/// each code point. No text makes them slow: where an alternative fails after a long run, the next one takes that whole run, so that no
/// character is looked at more than a few times.
/// </summary>
internal static partial class SplitPatterns
{
    // MA0009: a time limit would turn a busy machine into an exception; the work is linear in the text.
#pragma warning disable MA0009
    [GeneratedRegex(
        @"(?i:'[sdmt]|'ll|'ve|'re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    public static partial Regex Cl100K();

    [GeneratedRegex(
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'[sdmt]|'ll|'ve|'re)?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'[sdmt]|'ll|'ve|'re)?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    public static partial Regex O200K();
#pragma warning restore MA0009
}
