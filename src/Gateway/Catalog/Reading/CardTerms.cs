using Gateway.Core.Images;

namespace Gateway.Catalog.Reading;

/// <summary>What a model's card lends to its deployments, and asks of them.</summary>
/// <param name="Formula">For a deployment without its own.</param>
/// <param name="Tokenizer">For a deployment without its own.</param>
/// <param name="MustBeServed">There must be one: the model is not merely announced.</param>
/// <param name="TakesImages">Each must know how its upstream model counts pictures.</param>
internal readonly record struct CardTerms(ImageFormula? Formula, string? Tokenizer, bool MustBeServed, bool TakesImages);
