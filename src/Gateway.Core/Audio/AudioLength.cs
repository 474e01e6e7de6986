namespace Gateway.Core.Audio;

/// <summary>How long a file of audio is.</summary>
/// <param name="Format">By its bytes.</param>
/// <param name="Seconds">A begun second as a whole; 1 or more for any file that is not empty.</param>
/// <param name="IsMeasured">Whether the file's headers say so; else it is a bound: as long as the file can be at <see cref="AudioProbe.LowestBitRate"/>.</param>
public readonly record struct AudioLength(AudioFormat Format, long Seconds, bool IsMeasured);
