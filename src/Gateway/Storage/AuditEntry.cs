namespace Gateway.Storage;

/// <summary>One change as it stands in the audit log, which only grows.</summary>
/// <param name="Id"><c>aud_</c> and a UUIDv7 in 32 hexadecimal digits.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What, as <c>key.rotate</c>.</param>
/// <param name="TenantId">Whose, or null.</param>
/// <param name="Subject">The id of what was changed.</param>
/// <param name="Before">It as JSON before, or null where it was not; without secrets.</param>
/// <param name="After">It as JSON afterwards, or null where it is not any more.</param>
internal sealed record AuditEntry(
    string Id, DateTimeOffset At, Actor Actor, string Action, string? TenantId, string Subject, string? Before, string? After);
