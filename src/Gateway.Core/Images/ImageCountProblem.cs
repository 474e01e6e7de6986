namespace Gateway.Core.Images;

/// <summary>Why a formula refuses an image that is otherwise sound.</summary>
public enum ImageCountProblem
{
    None,

    /// <summary>The model does not take this detail.</summary>
    DetailUnsupported,

    /// <summary>The image needs more units than the model takes; <see cref="ImageCount.Units"/> says how many it needs.</summary>
    TooManyUnits,
}
