namespace Gateway.Core.Metering;

/// <summary>What of an endpoint's body is text, and what goes with it.</summary>
internal interface IPromptWalk
{
    /// <param name="json">At the body's opening brace.</param>
    void Body(ref PromptJson json);
}
