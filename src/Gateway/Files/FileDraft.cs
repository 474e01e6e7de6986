using Gateway.Core.Images;

namespace Gateway.Files;

/// <summary>What is to be known of a file besides its bytes.</summary>
/// <param name="Filename">As the client gave it.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Lifetime">How long it shall live; null = as long as the settings say.</param>
/// <param name="Header">What its bytes were found to be.</param>
internal sealed record FileDraft(string Filename, FilePurpose Purpose, TimeSpan? Lifetime, ImageHeader Header);
