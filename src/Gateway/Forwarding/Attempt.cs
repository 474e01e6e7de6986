using Gateway.Forwarding.Routing;

namespace Gateway.Forwarding;

/// <summary>One request to one deployment.</summary>
/// <param name="Context">The client's.</param>
/// <param name="Request">Its <see cref="ForwardRequest.Current"/> is what is sent.</param>
/// <param name="Output">The client's end of a stream.</param>
/// <param name="Candidate">Who is asked.</param>
/// <param name="Key">Signs it; null where the provider needs none.</param>
/// <param name="Left">What is left of the request's total time.</param>
/// <param name="Gone">The client's patience.</param>
internal sealed record Attempt(
    HttpContext Context, ForwardRequest Request, ClientStream Output, Candidate Candidate, KeyState? Key, TimeSpan Left, CancellationToken Gone);
