namespace Gateway.Core.Images;

/// <summary>The <c>detail</c> of an image part. Absent on the wire means <see cref="Auto"/>.</summary>
public enum ImageDetail
{
    Auto,
    Low,
    High,
    Original,
}
