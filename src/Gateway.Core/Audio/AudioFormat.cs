namespace Gateway.Core.Audio;

/// <summary>What a file of audio is, by its bytes.</summary>
public enum AudioFormat
{
    /// <summary>None of the others.</summary>
    Unknown,

    Wav,

    /// <summary>MPEG audio, layers I to III.</summary>
    Mp3,

    Flac,

    Ogg,

    /// <summary>ISO base media: mp4, m4a.</summary>
    Mp4,

    /// <summary>WebM, or Matroska.</summary>
    WebM,
}
