using Gateway.Conformance.Running;

namespace Gateway.Conformance.Nodes;

public sealed class PostgresRedisNodes(RunningGateway gateway) : ThreeNodes(gateway, withRedis: true);
