using System.Diagnostics.CodeAnalysis;

namespace Gateway.Cli;

/// <summary>The arguments of <c>gateway quote</c>.</summary>
/// <param name="Images">Files and http or https URLs, at least one.</param>
/// <param name="Model">A model's id or alias.</param>
/// <param name="Detail">As the API takes it, or null.</param>
internal sealed record QuoteArguments(IReadOnlyList<string> Images, string Model, string? Detail)
{
    public const string Usage = "gateway quote IMAGE... --model MODEL [--detail auto|low|high|original]   counts and prices pictures (files or URLs) as a request would";

    public static bool TryRead(ReadOnlySpan<string> args, [NotNullWhen(true)] out QuoteArguments? arguments, [NotNullWhen(false)] out string? mistake)
    {
        arguments = null;
        var images = new List<string>();
        var (model, detail) = (default(string), default(string));
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--model" or "-m" when i + 1 < args.Length && model is null:
                    model = args[++i];
                    break;
                case "--detail" or "-d" when i + 1 < args.Length && detail is null:
                    detail = args[++i];
                    break;
                case ['-', _, ..]:
                    mistake = $"'{args[i]}' is not known here, given twice, or lacks its value.";
                    return false;
                default:
                    images.Add(args[i]);
                    break;
            }
        }

        mistake = images.Count == 0 ? "No picture is given."
            : images.Contains("") ? "A picture's name is empty."
            : model is null ? "--model is missing."
            : detail is not (null or "auto" or "low" or "high" or "original") ? $"--detail {detail} is not one of auto, low, high, original."
            : null;
        arguments = mistake is null ? new QuoteArguments(images, model!, detail) : null; // A missing model is a mistake.
        return mistake is null;
    }
}
