using Gateway.Core.Callers;

namespace Gateway.Keys;

/// <summary>The words for roles, as they are stored and shown.</summary>
internal static class RoleText
{
    public const string Member = "member";
    public const string Viewer = "viewer";
    public const string Admin = "admin";
    public const string Owner = "owner";

    public static string Of(Role role) => role switch
    {
        Role.Owner => Owner,
        Role.Admin => Admin,
        Role.Viewer => Viewer,
        _ => Member,
    };

    /// <summary>Null where no role is called that.</summary>
    public static Role? ToRole(string text) => text switch
    {
        Member => Role.Member,
        Viewer => Role.Viewer,
        Admin => Role.Admin,
        Owner => Role.Owner,
        _ => null,
    };
}
