using Gateway.Backends.Tests.Storage;
using Gateway.Files;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Files;

public sealed class SqliteFileTests() : FileSuite(Backend.Sqlite)
{
    [Fact]
    public async Task Blob_lies_under_its_tenant_and_hash_readable_by_the_owner_alone()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var node = new FileNode(test);
        var file = await node.UploadAsync(await node.TenantAsync(), [1, 2, 3]);

        var path = Path.Combine(node.Root, file.Content.Tenant.Value, $"039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81-{file.Content.Id}");
        (await File.ReadAllBytesAsync(path)).ShouldBe([1, 2, 3]);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task Part_that_is_being_written_stays_however_old_it_is()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var node = new FileNode(test);
        var tenant = await node.TenantAsync();
        await using var writer = await node.WriteAsync(tenant, [1, 2, 3]);
        test.Clock.Advance(TimeSpan.FromDays(1));

        (await node.Blobs.SweepAsync(test.Clock.GetUtcNow(), CancellationToken.None)).ShouldBe(0);
        await writer.CompleteAsync(CancellationToken.None);

        (await node.BlobsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Part_whose_writer_died_goes_and_names_of_others_stay()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var node = new FileNode(test);
        var directory = Path.Combine(node.Root, (await node.TenantAsync()).Value);
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(Path.Combine(directory, BlobId.New(test.Clock.GetUtcNow()) + ".part"), "half");
        string[] others = ["notes.txt", ".part", "x.part", new string('a', 97), new string('a', 64) + "-nothex"];
        foreach (var name in others)
        {
            await File.WriteAllTextAsync(Path.Combine(directory, name), "mine");
        }

        test.Clock.Advance(TimeSpan.FromMinutes(2));
        (await node.Blobs.SweepAsync(test.Clock.GetUtcNow(), CancellationToken.None)).ShouldBe(1);

        Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path)).ShouldBe(others, ignoreOrder: true);
    }

    [Fact]
    public async Task Blob_that_was_cut_or_lost_is_a_failure_of_the_store()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var node = new FileNode(test);
        var file = await node.UploadAsync(await node.TenantAsync(), FileNode.Bytes(100, 1));
        var path = Directory.EnumerateFiles(node.Root, "*", SearchOption.AllDirectories).Single();

        await File.WriteAllBytesAsync(path, new byte[99]);
        await Should.ThrowAsync<FileStoreException>(() => node.Files.OpenAsync(file, CancellationToken.None).AsTask());
        File.Delete(path);
        await Should.ThrowAsync<FileStoreException>(() => node.Files.OpenAsync(file, CancellationToken.None).AsTask());
    }
}
