using Gateway.Core.Models;

namespace Gateway.Pipeline;

/// <summary>What a request builds on that is not in its body.</summary>
/// <param name="Deployment">Who has it, and so must serve the request; null where there is nothing.</param>
/// <param name="Path">Where the body refers to it.</param>
/// <param name="Tokens">What it weighs, at most.</param>
internal readonly record struct StoredContext(Deployment? Deployment, string Path, long Tokens);
