using Gateway.Core.Callers;

namespace Gateway.Admin;

/// <summary>The least role that an endpoint asks for; one without is for owners alone.</summary>
internal sealed record AdminPermission(Role Least);
