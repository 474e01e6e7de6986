namespace Gateway.Core.Requests;

/// <summary>A parsed request after the model card's parameter policy: what will hold upstream, and the edits that make it so.</summary>
/// <param name="Request">As the client sent it.</param>
/// <param name="AllowedCompletion">The completion tokens that one answer may have, or null where nobody said.</param>
/// <param name="N">Answers asked for.</param>
/// <param name="Edits">Of the body, the upstream model's name not among them yet.</param>
public sealed record RequestPlan(ParsedRequest Request, long? AllowedCompletion, int N, IReadOnlyList<Splice> Edits);
