using Gateway.Core.Callers;
using Gateway.Core.Models;

namespace Gateway.Responses;

/// <summary>A response that a provider has just stored.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">The provider's.</param>
/// <param name="Items">The ids of the items of its output.</param>
/// <param name="Target">The model as the client named it, and who keeps it.</param>
/// <param name="Tokens">All that it used: what a request weighs more that builds on it.</param>
/// <param name="OutputTokens">Those of its output: no item of it weighs more.</param>
internal sealed record ResponseDraft(TenantId Tenant, string Id, IReadOnlyList<string> Items, Target Target, long Tokens, long OutputTokens);
