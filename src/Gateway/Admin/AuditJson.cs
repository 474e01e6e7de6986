using Gateway.Storage;

namespace Gateway.Admin;

/// <summary>One change. <c>before</c> and <c>after</c> are what was changed, as the API shows it.</summary>
internal sealed record AuditJson(
    string Id, DateTimeOffset At, string Actor, string Role, string? Address, string Action, string? TenantId, string Subject, RawJson? Before, RawJson? After)
{
    public string Object { get; } = "audit.entry";

    public static AuditJson Of(AuditEntry entry) => new(
        entry.Id,
        entry.At,
        entry.Actor.Name,
        entry.Actor.Role,
        entry.Actor.Address,
        entry.Action,
        entry.TenantId,
        entry.Subject,
        entry.Before is { } before ? new RawJson(before) : null,
        entry.After is { } after ? new RawJson(after) : null);
}
