using Gateway.Catalog;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Catalog;

public sealed class CatalogStoreTests
{
    private static readonly string First = CatalogText.WithModel("\"description\": \"first\"");
    private static readonly string Second = CatalogText.WithModel("\"description\": \"second\"");

    [Fact]
    public void Changed_file_is_taken_whole()
    {
        using var file = new TemporaryCatalog(First);
        var store = file.Open();
        var before = store.Current;

        file.Write(Second);
        store.CheckFile();

        store.Current.Models[0].Description.ShouldBe("second");
        before.Models[0].Description.ShouldBe("first");
    }

    [Fact]
    public void Unchanged_file_changes_nothing()
    {
        using var file = new TemporaryCatalog(First);
        var store = file.Open();
        var before = store.Current;

        file.Write(First);
        store.CheckFile();

        store.Current.ShouldBeSameAs(before);
        file.Log.Lines.ShouldHaveSingleItem().ShouldBe($"Information: Catalog {file.Path} is in force: 1 models, 1 providers");
    }

    [Fact]
    public void Wrong_file_is_refused_whole_and_told_once()
    {
        using var file = new TemporaryCatalog(First);
        var store = file.Open();
        var before = store.Current;
        file.Log.Clear();

        file.Write(CatalogText.WithModel("\"description\": \"third\", \"status\": \"odd\""));
        store.CheckFile();
        store.CheckFile();

        store.Current.ShouldBeSameAs(before);
        file.Log.Lines.ShouldHaveSingleItem().ShouldStartWith(
            $"Error: Catalog {file.Path} has changed and is refused for 1 problems; the old one stays in force: models.m.status (line 1): \"odd\" is not known");
    }

    [Fact]
    public void Mended_file_is_taken_after_a_wrong_one()
    {
        using var file = new TemporaryCatalog(First);
        var store = file.Open();

        file.Write("{");
        store.CheckFile();
        file.Write(Second);
        store.CheckFile();

        store.Current.Models[0].Description.ShouldBe("second");
    }

    [Fact]
    public void Vanished_file_leaves_the_old_catalog_and_is_told_once()
    {
        using var file = new TemporaryCatalog(First);
        var store = file.Open();
        file.Log.Clear();

        File.Delete(file.Path);
        store.CheckFile();
        store.CheckFile();

        store.Current.Models[0].Description.ShouldBe("first");
        file.Log.Lines.ShouldHaveSingleItem().ShouldStartWith($"Error: Catalog {file.Path} cannot be read any more; the old one stays in force");
        file.Write(Second);
        store.CheckFile();
        store.Current.Models[0].Description.ShouldBe("second");
    }

    [Fact]
    public void Swapped_link_is_followed()
    {
        using var first = new TemporaryCatalog(First);
        using var second = new TemporaryCatalog(Second);
        using var mount = new TemporaryCatalog(First);
        File.Delete(mount.Path);
        File.CreateSymbolicLink(mount.Path, first.Path);
        var store = mount.Open();

        File.Delete(mount.Path);
        File.CreateSymbolicLink(mount.Path, second.Path);
        store.CheckFile();

        store.Current.Models[0].Description.ShouldBe("second");
    }

    [Fact]
    public void Wrong_file_stops_the_start_with_every_reason()
    {
        using var file = new TemporaryCatalog(CatalogText.WithModel("\"status\": \"odd\", \"created\": \"then\""));

        var failure = Should.Throw<OptionsValidationException>(() => file.Open());

        failure.Failures.Count().ShouldBe(2);
        failure.Message.ShouldContain($"{file.Path}: models.m.status (line 1): \"odd\" is not known; write one of");
        failure.Message.ShouldContain("models.m.created (line 1): \"then\" is no date");
    }

    [Fact]
    public void Missing_file_stops_the_start_with_the_setting_that_names_it()
    {
        using var file = new TemporaryCatalog(First);
        File.Delete(file.Path);

        Should.Throw<OptionsValidationException>(() => file.Open())
            .Message.ShouldStartWith($"Gateway:CatalogPath: \"{file.Path}\" cannot be read; set it to the path of the catalog file.");
    }

    [Fact]
    public void Unavailable_providers_are_told_at_load()
    {
        using var file = new TemporaryCatalog(
            """
            { "providers": { "a": { "dialect": "openai", "base_url": "https://a.b", "api_key": "${UNSET}" }, "g": { "dialect": "openai", "base_url": "https://${NOWHERE}" } },
              "models": { "m": { "deployments": [{ "provider": "a", "model": "m" }] } } }
            """);

        file.Open();

        file.Log.Lines.ShouldContain("Warning: Provider a is unavailable: not set in the environment: UNSET");
        file.Log.Lines.ShouldContain("Warning: Provider g is unavailable: not set in the environment: NOWHERE");
    }

    [Fact]
    public void Relative_path_is_found_in_the_first_folder_that_has_it()
    {
        using var first = new TemporaryCatalog(First);
        using var second = new TemporaryCatalog(Second);
        var (one, two) = (Path.GetDirectoryName(first.Path)!, Path.GetDirectoryName(second.Path)!);

        CatalogFile.Find("catalog.json", one, two).Path.ShouldBe(first.Path);
        File.Delete(first.Path);
        CatalogFile.Find("catalog.json", one, two).Path.ShouldBe(second.Path);
        CatalogFile.Find(second.Path, one).Path.ShouldBe(second.Path);
        CatalogFile.Find("other.json", one, two).Path.ShouldBe(Path.Combine(one, "other.json"));
    }
}
