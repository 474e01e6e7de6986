using Gateway.Testing;
using YamlDotNet.RepresentationModel;

namespace Gateway.Tests.Deploy;

/// <summary>A node of a YAML file of the repository, to be asked for what lies in it.</summary>
internal sealed class Yaml(YamlNode node, string place)
{
    public string Text => node is YamlScalarNode scalar ? scalar.Value ?? "" : throw new InvalidDataException($"{place} is no text.");

    public IEnumerable<Yaml> Items => node is YamlSequenceNode list ? list.Select((item, i) => new Yaml(item, $"{place}[{i}]")) : throw new InvalidDataException($"{place} is no list.");

    public IReadOnlyDictionary<string, Yaml> Fields => node is YamlMappingNode map
        ? map.Children.ToDictionary(static pair => ((YamlScalarNode)pair.Key).Value!, pair => new Yaml(pair.Value, $"{place}.{pair.Key}"))
        : throw new InvalidDataException($"{place} is no object.");

    /// <exception cref="InvalidDataException">There is none.</exception>
    public Yaml this[string name] => Find(name) ?? throw new InvalidDataException($"{place} has no '{name}'.");

    public Yaml? Find(string name) => Fields.GetValueOrDefault(name);

    /// <summary>The documents of a file, by its path from the repository's root.</summary>
    public static IReadOnlyList<Yaml> Read(string file)
    {
        using var reader = File.OpenText(Path.Combine(Repository.Root, file));
        var stream = new YamlStream();
        stream.Load(reader);
        return [.. stream.Documents.Select((document, i) => new Yaml(document.RootNode, $"{file}#{i}"))];
    }
}
