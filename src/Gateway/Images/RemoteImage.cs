using Gateway.Core.Images;

namespace Gateway.Images;

/// <summary>What was learned of a remote image: its header, that it is no image to be let in, or nothing.</summary>
internal readonly record struct RemoteImage
{
    private RemoteImage(ImageHeader header, ImageProblem problem, UnknownSize reason)
    {
        Header = header;
        Problem = problem;
        Reason = reason;
    }

    /// <summary>Empty unless <see cref="IsKnown"/>.</summary>
    public ImageHeader Header { get; }

    /// <summary>Why the image is refused, or <see cref="ImageProblem.None"/>.</summary>
    public ImageProblem Problem { get; }

    /// <summary>Why nothing is known, or <see cref="UnknownSize.None"/>.</summary>
    public UnknownSize Reason { get; }

    public bool IsKnown => Problem == ImageProblem.None && Reason == UnknownSize.None;

    public bool IsRefused => Problem != ImageProblem.None;

    public static RemoteImage Known(ImageHeader header) => new(header, ImageProblem.None, UnknownSize.None);

    public static RemoteImage Refused(ImageProblem problem) => new(default, problem, UnknownSize.None);

    public static RemoteImage Unknown(UnknownSize reason) => new(default, ImageProblem.None, reason);
}
