using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Files;
using Gateway.Keys;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;

namespace Gateway.Backends.Tests.Files;

/// <summary>The files of one node.</summary>
internal sealed class FileNode
{
    private static readonly ImageHeader Header = new(ImageFormat.Png, new ImageSize(8, 4), false);

    public FileNode(TestDatabase test, FilesOptions? options = null)
    {
        Database = test.Open();
        Root = test.Options.FilesDirectory;
        IsOnDisk = test.Options.Postgres is null;
        Blobs = IsOnDisk
            ? new DiskBlobStore(Root, Database, test.Clock, NullLogger<DiskBlobStore>.Instance)
            : new PostgresBlobStore(Database, test.Clock, NullLogger<PostgresBlobStore>.Instance);
        Files = StoreOver(Blobs, test, options);
        Sweeper = new FileSweeper(Files, Blobs, test.Clock, NullLogger<FileSweeper>.Instance);
        Tenants = new TenantStore(Database, new ChangeLog(Database, test.Clock), new AuditLog(Database, test.Clock), new KeyCache(), test.Clock);
    }

    public Database Database { get; }

    public string Root { get; }

    public bool IsOnDisk { get; }

    public IBlobStore Blobs { get; }

    public FileStore Files { get; }

    public FileSweeper Sweeper { get; }

    public TenantStore Tenants { get; }

    public FileStore StoreOver(IBlobStore blobs, TestDatabase test, FilesOptions? options = null) =>
        new(Database, blobs, Options.Create(options ?? new FilesOptions()), test.Clock, NullLogger<FileStore>.Instance);

    public async Task<TenantId> TenantAsync() => (await Tenants.CreateAsync(new TenantDraft("Acme"), Actor.Gateway, CancellationToken.None)).Id;

    /// <summary>Bytes that are like no other seed's.</summary>
    public static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public async Task<BlobWriter> WriteAsync(TenantId tenant, byte[] bytes)
    {
        var writer = await Blobs.CreateAsync(tenant, CancellationToken.None);
        foreach (var piece in bytes.Chunk(70_000))
        {
            await writer.WriteAsync(piece, CancellationToken.None);
        }

        return writer;
    }

    public async Task<Outcome<StoredFile>> TryUploadAsync(TenantId tenant, byte[] bytes, FilePurpose purpose = FilePurpose.Vision, TimeSpan? lifetime = null)
    {
        await using var writer = await WriteAsync(tenant, bytes);
        await writer.CompleteAsync(CancellationToken.None);
        return await Files.AddAsync(new FileDraft("a.png", purpose, lifetime, Header), writer, CancellationToken.None);
    }

    public async Task<StoredFile> UploadAsync(TenantId tenant, byte[] bytes, FilePurpose purpose = FilePurpose.Vision, TimeSpan? lifetime = null)
    {
        (await TryUploadAsync(tenant, bytes, purpose, lifetime)).TryGet(out var file, out var error).ShouldBeTrue(error?.Message);
        return file!;
    }

    public async Task<byte[]> ReadAsync(StoredFile file)
    {
        await using var stream = await Files.OpenAsync(file, CancellationToken.None);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, 10_000, CancellationToken.None);
        return all.ToArray();
    }

    public Task<FilePage> ListAsync(TenantId tenant, string? after = null, int limit = 100, bool newestFirst = true, FilePurpose? purpose = null) =>
        Files.ListAsync(tenant, new FileQuery(after, limit, newestFirst, purpose), CancellationToken.None);

    /// <summary>How many blobs there are, those that nobody refers to among them.</summary>
    public async Task<long> BlobsAsync() => IsOnDisk
        ? Directory.Exists(Root) ? Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Count() : 0
        : await CountAsync("select count(distinct content_id) from file_chunks");

    public Task<long> ContentsAsync() => CountAsync("select count(*) from file_contents");

    public Task<long> UsedAsync() => CountAsync("select coalesce(sum(bytes), 0) from file_usage");

    private async Task<long> CountAsync(string sql) => (await Database.ListAsync(sql, row => Convert.ToInt64(row.GetValue(0)), [], CancellationToken.None))[0];
}
