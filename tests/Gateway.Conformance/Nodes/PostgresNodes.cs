using Gateway.Conformance.Running;

namespace Gateway.Conformance.Nodes;

public sealed class PostgresNodes(RunningGateway gateway) : ThreeNodes(gateway, withRedis: false);
