using Gateway.Core.Pricing;

namespace Gateway.Core.Models;

/// <summary>What a request's model resolved to: the card, the deployment that will serve, and the price in force as it began.</summary>
/// <param name="Requested">The name that the client sent; its answer carries the same.</param>
/// <param name="Card">The model of the catalog.</param>
/// <param name="Deployment">Who serves.</param>
/// <param name="Price">Stamped on the ledger row.</param>
public sealed record Target(string Requested, ModelCard Card, Deployment Deployment, ModelPrice Price);
