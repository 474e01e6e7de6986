using System.Diagnostics.CodeAnalysis;

namespace Gateway.Files;

/// <summary>The words for purposes, on the wire and in the database.</summary>
internal static class FilePurposeText
{
    public const string Vision = "vision";
    public const string UserData = "user_data";

    public static string Of(FilePurpose purpose) => purpose == FilePurpose.Vision ? Vision : UserData;

    public static bool TryRead(string text, [NotNullWhen(true)] out FilePurpose? purpose)
    {
        purpose = text switch
        {
            Vision => FilePurpose.Vision,
            UserData => FilePurpose.UserData,
            _ => null,
        };
        return purpose is not null;
    }
}
