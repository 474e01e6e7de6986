namespace Gateway.Telemetry;

/// <summary>Where the health of the deployments is read by those who may not know who keeps it.</summary>
internal sealed class DeploymentBoard(Func<IReadOnlyList<DeploymentHealth>> read)
{
    /// <summary>Every deployment of the catalog in force, each once, in its order.</summary>
    public IReadOnlyList<DeploymentHealth> Read() => read();
}
