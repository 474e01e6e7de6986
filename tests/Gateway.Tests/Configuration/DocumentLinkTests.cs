using System.Text.RegularExpressions;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Configuration;

/// <summary>What documents link to is there, and README links every document.</summary>
public sealed partial class DocumentLinkTests
{
    private static readonly string Docs = Path.Combine(Repository.Root, "docs");
    private static readonly string Readme = Path.Combine(Repository.Root, "README.md");

    [Fact]
    public void Every_link_leads_to_a_file_and_to_a_heading_of_it()
    {
        var broken = new List<string>();
        foreach (var file in Directory.GetFiles(Docs, "*.md", SearchOption.AllDirectories).Append(Readme))
        {
            foreach (var link in Link().Matches(File.ReadAllText(file)).Select(static match => match.Groups["to"].Value).Where(static to => !to.Contains("://", StringComparison.Ordinal)))
            {
                var (path, heading) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
                var target = path.Length == 0 ? file : Path.GetFullPath(path, Path.GetDirectoryName(file)!);
                if (!Path.Exists(target) || (heading is not null && !Headings(target).Contains(heading)))
                {
                    broken.Add($"{Path.GetRelativePath(Repository.Root, file)}: {link}");
                }
            }
        }

        broken.ShouldBeEmpty();
    }

    [Fact]
    public void Readme_links_every_document()
    {
        var linked = Link().Matches(File.ReadAllText(Readme)).Select(static match => match.Groups["to"].Value.Split('#')[0]).ToHashSet();

        Directory.GetFiles(Docs, "*.md").Select(static file => $"docs/{Path.GetFileName(file)}").Where(file => !linked.Contains(file)).ShouldBeEmpty();
    }

    private static HashSet<string> Headings(string file) =>
    [
        .. File.ReadLines(file).Where(static line => line.StartsWith('#')).Select(static line =>
            NoLetter().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-')),
    ];

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NoLetter();
}
