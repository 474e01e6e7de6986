using System.Globalization;
using Gateway.Core.Errors;
using Gateway.Files;

namespace Gateway.Pipeline;

/// <summary>The fields of an upload, in whatever order they come. Each is taken once, and none is passed over.</summary>
internal sealed class FileUploadForm
{
    public const string File = "file";
    public const string Purpose = "purpose";
    public const string Anchor = "expires_after[anchor]";
    public const string Seconds = "expires_after[seconds]";

    private const int ShownLength = 64;
    private readonly HashSet<string> _seen = [];
    private FilePurpose? _purpose;
    private TimeSpan? _lifetime;

    public string Filename { get; set; } = "";

    /// <summary>Notes that a field of this name has come; the refusal where it may not.</summary>
    public GatewayError? Begin(string name) => name switch
    {
        not (File or Purpose or Anchor or Seconds) => GatewayError.UnknownParameter(Shown(name)),
        _ when !_seen.Add(name) => GatewayError.DuplicateKey(name),
        _ => null,
    };

    /// <summary>Takes the value of a field other than the file.</summary>
    public GatewayError? Take(string name, string value)
    {
        switch (name)
        {
            case Purpose when FilePurposeText.TryRead(value, out _purpose):
                return null;
            case Purpose:
                return UnknownPurpose(value);
            case Anchor:
                return value == "created_at" ? null : GatewayError.InvalidValue(Anchor, "the one anchor there is is 'created_at'.");
        }

        if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds is < FileLifetime.ShortestAskedSeconds or > FileLifetime.LongestAskedSeconds)
        {
            return GatewayError.InvalidValue(Seconds, $"it must be a whole number from {FileLifetime.ShortestAskedSeconds} to {FileLifetime.LongestAskedSeconds}.");
        }

        _lifetime = TimeSpan.FromSeconds(seconds);
        return null;
    }

    /// <summary>What is missing once all fields have come; null where nothing is.</summary>
    public GatewayError? Missing()
    {
        var anchored = _seen.Contains(Anchor);
        var missing = !_seen.Contains(File) ? File
            : !_seen.Contains(Purpose) ? Purpose
            : anchored && _lifetime is null ? Seconds
            : !anchored && _lifetime is not null ? Anchor
            : null;
        return missing is null ? null : GatewayError.MissingParameter(missing);
    }

    /// <summary>To be called where nothing is missing.</summary>
    public FileDraft ToDraft(Core.Images.ImageHeader header) =>
        new(Filename, _purpose ?? throw new InvalidOperationException("The form has no purpose."), _lifetime, header);

    public static GatewayError UnknownPurpose(string value) => GatewayError.InvalidValue(
        Purpose, $"'{Shown(value)}' is not one of '{FilePurposeText.Vision}' and '{FilePurposeText.UserData}'.");

    private static string Shown(string text) => text.Length <= ShownLength ? text : string.Concat(text.AsSpan(0, ShownLength), "...");
}
