namespace Gateway.Files;

/// <summary>What a file was uploaded for. Both take images alone.</summary>
internal enum FilePurpose
{
    Vision,
    UserData,
}
