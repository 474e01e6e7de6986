namespace Gateway.Testing;

/// <summary>Where the sources and the build's results lie, seen from a running test.</summary>
public static class Repository
{
    /// <summary>The folder of Gateway.sln.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>What the build made of a project of src, in the configuration of the running test.</summary>
    public static string BuiltAssembly(string project)
    {
        // tests/<project>/bin/<configuration>/<framework>
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(Root, "src", project, "bin", framework.Parent!.Name, framework.Name, $"{project}.dll");
    }

    private static string Find(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Gateway.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {from} holds Gateway.sln.");
    }
}
