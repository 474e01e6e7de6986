using Gateway.Backends.Tests.Storage;
using Gateway.Files;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Files;

public abstract class FileSuite(Backend backend)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(1)]
    [InlineData(PostgresBlobStore.ChunkBytes - 1)]
    [InlineData(PostgresBlobStore.ChunkBytes)]
    [InlineData((3 * PostgresBlobStore.ChunkBytes) + 7)]
    public async Task Uploaded_bytes_are_read_back_on_every_node(int length)
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test);
        var tenant = await node.TenantAsync();
        var bytes = FileNode.Bytes(length, 1);
        var uploaded = await node.UploadAsync(tenant, bytes, FilePurpose.UserData, Hour);

        var other = new FileNode(test);
        var found = (await other.Files.FindAsync(tenant, uploaded.Id, CancellationToken.None)).ShouldNotBeNull();

        found.ShouldBe(uploaded);
        found.Bytes.ShouldBe(length);
        found.ExpiresAt.ShouldBe(found.CreatedAt + Hour);
        found.Id.ShouldMatch("^file-[0-9A-Za-z]{33}$");
        (await other.ReadAsync(found)).ShouldBe(bytes);
    }

    [Fact]
    public async Task Another_tenants_file_is_not_there()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test);
        var (mine, theirs) = (await node.TenantAsync(), await node.TenantAsync());
        var file = await node.UploadAsync(mine, [1, 2, 3]);

        (await node.Files.FindAsync(theirs, file.Id, CancellationToken.None)).ShouldBeNull();
        (await node.Files.DeleteAsync(theirs, file.Id, CancellationToken.None)).ShouldBeFalse();
        (await node.ListAsync(theirs)).Files.ShouldBeEmpty();
        (await node.Files.FindAsync(mine, file.Id, CancellationToken.None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Equal_contents_are_stored_once_in_a_tenant_and_never_shared_between_two()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test);
        var (mine, theirs) = (await node.TenantAsync(), await node.TenantAsync());
        var first = await node.UploadAsync(mine, [1, 2, 3]);
        var second = await node.UploadAsync(mine, [1, 2, 3]);

        second.Id.ShouldNotBe(first.Id);
        second.Content.ShouldBe(first.Content);
        (await node.BlobsAsync()).ShouldBe(1);
        (await node.UsedAsync()).ShouldBe(6);

        await node.UploadAsync(theirs, [1, 2, 3]);
        (await node.BlobsAsync()).ShouldBe(2);

        (await node.Files.DeleteAsync(mine, first.Id, CancellationToken.None)).ShouldBeTrue();
        (await node.Files.DeleteAsync(mine, first.Id, CancellationToken.None)).ShouldBeFalse();
        (await node.ReadAsync(second)).ShouldBe([1, 2, 3]);
        (await node.Files.DeleteAsync(mine, second.Id, CancellationToken.None)).ShouldBeTrue();
        (await node.BlobsAsync()).ShouldBe(1);
        (await node.ContentsAsync()).ShouldBe(1);
        (await node.UsedAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task Uploads_and_deletions_of_one_content_at_once_leave_no_row_without_its_bytes()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var nodes = new[] { new FileNode(test), new FileNode(test) };
        var tenant = await nodes[0].TenantAsync();
        byte[] bytes = [1, 2, 3];

        var kept = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var node = nodes[i % 2];
            for (var round = 0; round < 12; round++)
            {
                var file = await node.UploadAsync(tenant, bytes);
                (await node.ReadAsync(file)).ShouldBe(bytes);
                (await node.Files.DeleteAsync(tenant, file.Id, CancellationToken.None)).ShouldBeTrue();
            }

            return i == 0 ? await node.UploadAsync(tenant, bytes) : null;
        })));

        var last = kept.OfType<StoredFile>().ShouldHaveSingleItem();
        (await nodes[1].ReadAsync(last)).ShouldBe(bytes);
        (await nodes[0].BlobsAsync()).ShouldBe(1);
        (await nodes[0].UsedAsync()).ShouldBe(3);
        await nodes[0].Files.DeleteAsync(tenant, last.Id, CancellationToken.None);
        (await nodes[0].BlobsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Of_twenty_uploads_at_once_as_many_are_kept_as_the_quota_has_room_for()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var options = new FilesOptions { MaxBytesPerTenant = 5999 };
        var nodes = new[] { new FileNode(test, options), new FileNode(test, options) };
        var tenant = await nodes[0].TenantAsync();

        // Every other one is equal: what counts is what each would weigh alone.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => nodes[i % 2].TryUploadAsync(tenant, FileNode.Bytes(1000, i / 2)))));

        outcomes.Count(outcome => outcome.Error is null).ShouldBe(5);
        outcomes.Where(outcome => outcome.Error is not null).ShouldAllBe(outcome => outcome.Error!.Code == "file_storage_quota_exceeded" && outcome.Error.Status == 400);
        (await nodes[0].ListAsync(tenant)).Files.Count.ShouldBe(5);
        (await nodes[0].UsedAsync()).ShouldBe(5000);
        (await nodes[0].BlobsAsync()).ShouldBe(await nodes[0].ContentsAsync());
        (await nodes[0].Files.PeekAsync(tenant, 999, CancellationToken.None)).ShouldBeNull();
        (await nodes[0].Files.PeekAsync(tenant, 1000, CancellationToken.None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Number_of_files_is_bounded_and_a_deletion_makes_room()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test, new FilesOptions { MaxFilesPerTenant = 2 });
        var tenant = await node.TenantAsync();
        var first = await node.UploadAsync(tenant, [1]);
        await node.UploadAsync(tenant, [2]);

        (await node.TryUploadAsync(tenant, [3])).Error.ShouldNotBeNull().Code.ShouldBe("file_count_quota_exceeded");
        (await node.BlobsAsync()).ShouldBe(2);
        await node.Files.DeleteAsync(tenant, first.Id, CancellationToken.None);
        await node.UploadAsync(tenant, [3]);

        // Another tenant has room of its own.
        await node.UploadAsync(await node.TenantAsync(), [3]);
    }

    [Fact]
    public async Task Expired_file_is_gone_at_once_and_its_bytes_with_the_next_sweep()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test);
        var tenant = await node.TenantAsync();
        var file = await node.UploadAsync(tenant, [1, 2, 3], lifetime: Hour);
        var lasting = await node.UploadAsync(tenant, [4]);
        test.Clock.Advance(Hour);

        (await node.Files.FindAsync(tenant, file.Id, CancellationToken.None)).ShouldBeNull();
        (await node.Files.DeleteAsync(tenant, file.Id, CancellationToken.None)).ShouldBeFalse();
        (await node.ListAsync(tenant)).Files.ShouldBe([lasting]);
        (await node.BlobsAsync()).ShouldBe(2);

        await node.Sweeper.SweepExpiredAsync(CancellationToken.None);

        (await node.BlobsAsync()).ShouldBe(1);
        (await node.UsedAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Expired_files_do_not_count_against_the_quota_of_the_next()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test, new FilesOptions { MaxFilesPerTenant = 1, ExpireAfter = "1h" });
        var tenant = await node.TenantAsync();
        await node.UploadAsync(tenant, [1]);
        (await node.Files.PeekAsync(tenant, 1, CancellationToken.None)).ShouldNotBeNull();
        test.Clock.Advance(Hour);

        (await node.UploadAsync(tenant, [2])).ExpiresAt.ShouldNotBeNull();
        test.Clock.Advance(Hour);
        (await node.Files.PeekAsync(tenant, 1, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Sweep_of_many_expired_files_takes_all()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test, new FilesOptions { ExpireAfter = "1h" });
        foreach (var tenant in new[] { await node.TenantAsync(), await node.TenantAsync() })
        {
            for (var i = 0; i < 201; i++)
            {
                await node.UploadAsync(tenant, [(byte)i]);
            }
        }

        test.Clock.Advance(Hour);

        (await node.Files.RemoveExpiredAsync(CancellationToken.None)).ShouldBe(402);
        (await node.BlobsAsync()).ShouldBe(0);
        (await node.UsedAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task List_is_paged_in_both_orders_and_filtered()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test);
        var tenant = await node.TenantAsync();
        var ids = new List<string>();
        for (byte i = 0; i < 5; i++)
        {
            ids.Add((await node.UploadAsync(tenant, [i], i % 2 == 0 ? FilePurpose.Vision : FilePurpose.UserData)).Id);
            test.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        var first = await node.ListAsync(tenant, limit: 2, newestFirst: false);
        first.Files.Select(file => file.Id).ShouldBe(ids[..2]);
        first.HasMore.ShouldBeTrue();

        // The place stays one when its file is gone.
        await node.Files.DeleteAsync(tenant, ids[1], CancellationToken.None);
        var second = await node.ListAsync(tenant, after: ids[1], limit: 3, newestFirst: false);
        second.Files.Select(file => file.Id).ShouldBe(ids[2..]);
        second.HasMore.ShouldBeFalse();

        (await node.ListAsync(tenant, after: ids[3])).Files.Select(file => file.Id).ShouldBe([ids[2], ids[0]]);
        (await node.ListAsync(tenant, purpose: FilePurpose.UserData)).Files.Select(file => file.Id).ShouldBe([ids[3]]);
        (await node.ListAsync(tenant, after: ids[0])).Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task Files_of_one_moment_are_each_listed_once()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test);
        var tenant = await node.TenantAsync();
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(() => node.UploadAsync(tenant, [(byte)i]))));
        await node.Database.WriteAsync(session => session.ExecuteAsync("update files set created_at = (select min(created_at) from files)", [], CancellationToken.None), CancellationToken.None);

        var all = (await node.ListAsync(tenant)).Files.Select(file => file.Id).ToList();

        all.Count.ShouldBe(30);
        all.Distinct().Count().ShouldBe(30);
    }

    [Fact]
    public async Task Upload_that_is_given_up_leaves_nothing()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test);
        var tenant = await node.TenantAsync();
        var bytes = FileNode.Bytes(2 * PostgresBlobStore.ChunkBytes, 1);

        await using (await node.WriteAsync(tenant, bytes))
        {
            (await node.BlobsAsync()).ShouldBe(1);
        }

        (await node.BlobsAsync()).ShouldBe(0);
        await using (var complete = await node.WriteAsync(tenant, bytes))
        {
            await complete.CompleteAsync(CancellationToken.None);
        }

        (await node.BlobsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Bytes_that_a_crash_left_are_swept_and_those_of_files_and_of_uploads_under_way_stay()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test);
        var tenant = await node.TenantAsync();
        var file = await node.UploadAsync(tenant, [1, 2, 3]);
        var orphan = await node.WriteAsync(tenant, FileNode.Bytes(PostgresBlobStore.ChunkBytes, 1));
        await orphan.CompleteAsync(CancellationToken.None);
        orphan.Keep();
        await orphan.DisposeAsync();
        test.Clock.Advance(FileSweeper.LeftOverAfter + TimeSpan.FromSeconds(1));
        await using var underWay = await node.WriteAsync(tenant, FileNode.Bytes(PostgresBlobStore.ChunkBytes, 2));
        (await node.BlobsAsync()).ShouldBe(3);

        await node.Sweeper.SweepLeftOversAsync(CancellationToken.None);

        (await node.BlobsAsync()).ShouldBe(2);
        (await node.ReadAsync(file)).ShouldBe([1, 2, 3]);
        await underWay.CompleteAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Start_sweeps_what_expired_and_what_is_left_over_of_the_last_run()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test);
        var tenant = await node.TenantAsync();
        var lasting = await node.UploadAsync(tenant, [1]);
        await node.UploadAsync(tenant, [2], lifetime: Hour);
        var orphan = await node.WriteAsync(tenant, [3]);
        await orphan.CompleteAsync(CancellationToken.None);
        orphan.Keep();
        await orphan.DisposeAsync();
        test.Clock.Advance(2 * Hour);

        var sweeper = new FileNode(test).Sweeper;
        await sweeper.StartAsync(TestContext.Current.CancellationToken);
        while (await node.BlobsAsync() != 1)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await sweeper.StopAsync(TestContext.Current.CancellationToken);
        (await node.ReadAsync(lasting)).ShouldBe([1]);
    }

    [Fact]
    public async Task Stored_bytes_of_a_file_that_is_deleted_while_it_is_read_are_whole_or_a_failure()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test);
        var tenant = await node.TenantAsync();
        var bytes = FileNode.Bytes(3 * PostgresBlobStore.ChunkBytes, 1);
        var file = await node.UploadAsync(tenant, bytes);
        await using var stream = await node.Files.OpenAsync(file, CancellationToken.None);
        var read = new byte[bytes.Length];
        await stream.ReadExactlyAsync(read.AsMemory(0, 1000));

        await node.Files.DeleteAsync(tenant, file.Id, CancellationToken.None);
        var failure = await Record.ExceptionAsync(() => stream.ReadExactlyAsync(read.AsMemory(1000)).AsTask());

        if (failure is null)
        {
            read.ShouldBe(bytes);
        }
        else
        {
            failure.ShouldBeOfType<FileStoreException>();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("file-")]
    [InlineData("../../etc/passwd")]
    [InlineData("file-../../../../../../../../../../etc")]
    [InlineData("file-000000000000000000000000000000000\0")]
    [InlineData("file-' or '1' = '1' or '1' = '1' or ''")]
    [InlineData("file-ééééééééééééééééééééééééééééééééé")]
    public async Task Text_that_is_no_id_is_no_file(string id)
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var node = new FileNode(test);
        var tenant = await node.TenantAsync();

        (await node.Files.FindAsync(tenant, id, CancellationToken.None)).ShouldBeNull();
        (await node.Files.DeleteAsync(tenant, id, CancellationToken.None)).ShouldBeFalse();
    }
}
