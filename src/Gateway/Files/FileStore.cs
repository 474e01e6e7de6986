using System.Data.Common;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Files;

/// <summary>
/// The files of tenants. A row is written after its bytes are durable and goes before they do, so a row never points at bytes that are not there;
/// what a crash leaves are bytes without a row, which the sweeper takes. Equal contents of one tenant are stored once, under an id of their own that is
/// never used again: an upload beside a deletion of the same content either finds the row and holds it, or brings its own bytes.
/// </summary>
internal sealed partial class FileStore(Database database, IBlobStore blobs, IOptions<FilesOptions> options, TimeProvider time, ILogger<FileStore> logger)
{
    private const int RemovedAtOnce = 200;

    private const string From =
        "select f.id, f.tenant_id, f.content_id, c.sha256, c.bytes, c.format, c.width, c.height, c.animated, f.filename, f.purpose, f.created_at, f.expires_at "
        + "from files f join file_contents c on c.id = f.content_id where f.tenant_id = @tenant and (f.expires_at is null or f.expires_at > @now)";

    private const string SelectOne = From + " and f.id = @id";
    private const string SelectNewest = From + " and f.purpose in (@purpose, @other) and (f.created_at, f.id) < (@after_at, @after) order by f.created_at desc, f.id desc limit @limit";
    private const string SelectOldest = From + " and f.purpose in (@purpose, @other) and (f.created_at, f.id) > (@after_at, @after) order by f.created_at, f.id limit @limit";

    private const string SelectUsage = "select files, bytes from file_usage where tenant_id = @tenant";
    private const string InsertUsage = "insert into file_usage (tenant_id, files, bytes) values (@tenant, 0, 0) on conflict (tenant_id) do nothing";
    private const string LockUsage = "update file_usage set files = files where tenant_id = @tenant";
    private const string TakeUsage =
        "update file_usage set files = files + 1, bytes = bytes + @bytes where tenant_id = @tenant and files < @most_files and bytes <= @most_bytes - @bytes";

    private const string GiveUsage = "update file_usage set files = files - 1, bytes = bytes - @bytes where tenant_id = @tenant";

    private const string SelectContent = "select id from file_contents where tenant_id = @tenant and sha256 = @sha256";
    private const string InsertContent =
        "insert into file_contents (id, tenant_id, sha256, bytes, format, width, height, animated) values (@id, @tenant, @sha256, @bytes, @format, @width, @height, @animated)";

    private const string DeleteContent = "delete from file_contents where id = @id and not exists (select 1 from files where content_id = @id)";
    private const string InsertFile =
        "insert into files (id, tenant_id, content_id, filename, purpose, created_at, expires_at) values (@id, @tenant, @content, @filename, @purpose, @created_at, @expires_at)";

    private const string DeleteFile = "delete from files where id = @id";
    private const string SelectExpiredTenants = "select distinct tenant_id from files where expires_at <= @now order by tenant_id";
    private const string SelectExpired =
        "select f.id, f.content_id, c.sha256, c.bytes from files f join file_contents c on c.id = f.content_id "
        + "where f.tenant_id = @tenant and f.expires_at <= @now order by f.expires_at limit @limit";

    private const string SelectLiving =
        "select f.id, f.content_id, c.sha256, c.bytes from files f join file_contents c on c.id = f.content_id "
        + "where f.tenant_id = @tenant and f.id = @id and (f.expires_at is null or f.expires_at > @now)";

    private readonly long _mostBytes = options.Value.MaxBytesPerTenant;
    private readonly long _mostFiles = options.Value.MaxFilesPerTenant;
    private readonly TimeSpan? _lifetime = options.Value.ExpireAfter is { } text && FileLifetime.TryParse(text, out var lifetime) ? lifetime : null;

    /// <summary>The tenant's file of this id, whatever text it is; null where there is none, or not any more.</summary>
    public Task<StoredFile?> FindAsync(TenantId tenant, string id, CancellationToken cancellationToken) =>
        FileId.IsWellFormed(id)
            ? database.FirstAsync(SelectOne, Read, [new("@tenant", tenant.Value), new("@now", Now()), new("@id", id)], cancellationToken)
            : Task.FromResult<StoredFile?>(null);

    /// <summary>The file's bytes, to be read once and asynchronously from the first to the last; the caller disposes of the stream.</summary>
    /// <exception cref="FileStoreException">The store fails, or the file was deleted since it was found.</exception>
    public ValueTask<Stream> OpenAsync(StoredFile file, CancellationToken cancellationToken) => blobs.OpenAsync(file.Content, cancellationToken);

    public async Task<FilePage> ListAsync(TenantId tenant, FileQuery query, CancellationToken cancellationToken)
    {
        var first = query.NewestFirst ? long.MaxValue : 0;
        var rows = await database.ListAsync(
            query.NewestFirst ? SelectNewest : SelectOldest,
            Read,
            [
                new("@tenant", tenant.Value),
                new("@now", Now()),
                new("@purpose", FilePurposeText.Of(query.Purpose ?? FilePurpose.Vision)),
                new("@other", FilePurposeText.Of(query.Purpose ?? FilePurpose.UserData)),
                new("@after_at", query.After is null ? first : FileId.TimeOf(query.After)),
                new("@after", query.After ?? ""),
                new("@limit", query.Limit + 1),
            ],
            cancellationToken);
        var more = rows.Count > query.Limit;
        return new FilePage(more ? rows[..query.Limit] : rows, more);
    }

    /// <summary>A look at what is used already, so that a file that cannot be kept need not be received.</summary>
    /// <param name="tenant">Whose it would be.</param>
    /// <param name="bytes">What it will have at the least.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public async Task<GatewayError?> PeekAsync(TenantId tenant, long bytes, CancellationToken cancellationToken)
    {
        if (await RefusalAsync(tenant, bytes, cancellationToken) is null)
        {
            return null;
        }

        await RemoveExpiredAsync(tenant, cancellationToken);
        return await RefusalAsync(tenant, bytes, cancellationToken);
    }

    /// <summary>Makes a file of bytes that are complete, where the tenant's quota has room for it.</summary>
    /// <param name="draft">What it is.</param>
    /// <param name="written">Its bytes. Where a file comes of them they are the store's, else the writer deletes them.</param>
    /// <param name="cancellationToken">Heeded up to the commit; whether that has happened must be known.</param>
    public async Task<Outcome<StoredFile>> AddAsync(FileDraft draft, BlobWriter written, CancellationToken cancellationToken)
    {
        var blob = written.Blob ?? throw new InvalidOperationException("The bytes of a file must be complete before its row.");
        if (blob.Bytes > _mostBytes)
        {
            return GatewayError.FileBytesExhausted(0, blob.Bytes, _mostBytes);
        }

        // A write to SQLite may wait for another one, and must not do so on the thread that serves sockets.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        cancellationToken.ThrowIfCancellationRequested();
        var file = FileOf(draft, blob);

        // A commit that fails may have happened all the same, so from here on the bytes stay unless it is known that they are not needed.
        written.Keep();
        var content = await TryAddAsync(file);
        if (content is null && await RemoveExpiredAsync(blob.Tenant, CancellationToken.None) > 0)
        {
            content = await TryAddAsync(file);
        }

        if (content == blob.Id)
        {
            return file;
        }

        await DeleteBlobAsync(blob);
        return content is null
            ? await RefusalAsync(blob.Tenant, blob.Bytes, CancellationToken.None) ?? GatewayError.FileBytesExhausted(_mostBytes, blob.Bytes, _mostBytes)
            : file with { Content = blob with { Id = content } };
    }

    /// <returns>False where the tenant has no such file.</returns>
    public async Task<bool> DeleteAsync(TenantId tenant, string id, CancellationToken cancellationToken)
    {
        if (!FileId.IsWellFormed(id))
        {
            return false;
        }

        var removed = await RemoveAsync(tenant, SelectLiving, [new("@tenant", tenant.Value), new("@id", id), new("@now", Now())], cancellationToken);
        return removed > 0;
    }

    /// <summary>Removes the expired files of all tenants.</summary>
    /// <returns>How many they were.</returns>
    public async Task<int> RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var tenant in await database.ListAsync(SelectExpiredTenants, row => new TenantId(row.GetString(0)), [new("@now", Now())], cancellationToken))
        {
            removed += await RemoveExpiredAsync(tenant, cancellationToken);
        }

        return removed;
    }

    private static StoredFile Read(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Content = new Blob(new TenantId(row.GetString(1)), row.GetString(2), row.GetString(3), row.GetInt64(4)),
        Header = new ImageHeader(ImageFormatText.ToFormat(row.GetString(5)), new ImageSize((int)row.GetInt64(6), (int)row.GetInt64(7)), row.GetBoolean(8)),
        Filename = row.GetString(9),
        Purpose = FilePurposeText.TryRead(row.GetString(10), out var purpose) ? purpose.Value : throw new InvalidDataException($"No purpose is called '{row.GetString(10)}'."),
        CreatedAt = UnixMicroseconds.ToTime(row.GetInt64(11)),
        ExpiresAt = row.TimeOrNull(12),
    };

    private long Now() => UnixMicroseconds.From(time.GetUtcNow());

    private StoredFile FileOf(FileDraft draft, Blob blob)
    {
        // As the database keeps it.
        var now = UnixMicroseconds.ToTime(Now());
        return new StoredFile
        {
            Id = FileId.New(now),
            Content = blob,
            Header = draft.Header,
            Filename = Filename.Clean(draft.Filename),
            Purpose = draft.Purpose,
            CreatedAt = now,
            ExpiresAt = now + (draft.Lifetime ?? _lifetime),
        };
    }

    private async Task<GatewayError?> RefusalAsync(TenantId tenant, long bytes, CancellationToken cancellationToken)
    {
        var rows = await database.ListAsync(SelectUsage, row => (Files: row.GetInt64(0), Bytes: row.GetInt64(1)), [new("@tenant", tenant.Value)], cancellationToken);
        var (files, used) = rows is [var usage] ? usage : default;
        return files >= _mostFiles ? GatewayError.FilesExhausted(_mostFiles)
            : used > _mostBytes - bytes ? GatewayError.FileBytesExhausted(used, bytes, _mostBytes)
            : null;
    }

    /// <returns>The id of the file's content, which is its own or that of an equal one; null where the quota has no room.</returns>
    private Task<string?> TryAddAsync(StoredFile file) => database.WriteAsync<string?>(
        async session =>
        {
            var (none, tenant, blob) = (CancellationToken.None, new SqlArgument("@tenant", file.Content.Tenant.Value), file.Content);

            // (1) The quota. From here to the commit no other transaction touches this tenant's files.
            await session.ExecuteAsync(InsertUsage, [tenant], none);
            if (await session.ExecuteAsync(TakeUsage, [tenant, new("@bytes", blob.Bytes), new("@most_files", _mostFiles), new("@most_bytes", _mostBytes)], none) == 0)
            {
                return null;
            }

            // (2) The content, where none is equal.
            var equal = await session.ListAsync(SelectContent, row => row.GetString(0), [tenant, new("@sha256", blob.Sha256)], none);
            var content = equal is [var known] ? known : blob.Id;
            if (content == blob.Id)
            {
                await session.ExecuteAsync(
                    InsertContent,
                    [
                        new("@id", blob.Id), tenant, new("@sha256", blob.Sha256), new("@bytes", blob.Bytes), new("@format", ImageFormatText.Of(file.Header.Format)),
                        new("@width", (long)file.Header.Size.Width), new("@height", (long)file.Header.Size.Height), new("@animated", file.Header.Animated),
                    ],
                    none);
            }

            // (3) The file.
            await session.ExecuteAsync(
                InsertFile,
                [
                    new("@id", file.Id), tenant, new("@content", content), new("@filename", file.Filename), new("@purpose", FilePurposeText.Of(file.Purpose)),
                    new("@created_at", UnixMicroseconds.From(file.CreatedAt)), new("@expires_at", file.ExpiresAt is { } expiry ? UnixMicroseconds.From(expiry) : null),
                ],
                none);
            return content;
        },
        CancellationToken.None);

    private async Task<int> RemoveExpiredAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var (all, removed) = (0, 0);
        do
        {
            removed = await RemoveAsync(
                tenant, SelectExpired, [new("@tenant", tenant.Value), new("@now", Now()), new("@limit", RemovedAtOnce)], cancellationToken);
            all += removed;
        }
        while (removed == RemovedAtOnce);
        return all;
    }

    /// <summary>Removes the files that <paramref name="select"/> finds, and the contents that were theirs alone.</summary>
    private async Task<int> RemoveAsync(TenantId tenant, string select, SqlArgument[] arguments, CancellationToken cancellationToken)
    {
        // As above.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var owner = new SqlArgument("@tenant", tenant.Value);
        var (removed, orphans) = await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(LockUsage, [owner], cancellationToken);
                var rows = await session.ListAsync(
                    select, row => (File: row.GetString(0), Blob: new Blob(tenant, row.GetString(1), row.GetString(2), row.GetInt64(3))), arguments, cancellationToken);
                var alone = new List<Blob>();
                foreach (var (file, blob) in rows)
                {
                    await session.ExecuteAsync(DeleteFile, [new("@id", file)], cancellationToken);
                    await session.ExecuteAsync(GiveUsage, [owner, new("@bytes", blob.Bytes)], cancellationToken);
                    if (await session.ExecuteAsync(DeleteContent, [new("@id", blob.Id)], cancellationToken) > 0)
                    {
                        alone.Add(blob);
                    }
                }

                return (rows.Count, alone);
            },
            cancellationToken);
        foreach (var blob in orphans)
        {
            await DeleteBlobAsync(blob);
        }

        return removed;
    }

    private async Task DeleteBlobAsync(Blob blob)
    {
        try
        {
            await blobs.DeleteAsync(blob, CancellationToken.None);
        }
        catch (FileStoreException e)
        {
            Log.NotDeleted(logger, e, blob.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Blob {Blob} is needed no more and could not be deleted; it will be swept")]
        public static partial void NotDeleted(ILogger logger, Exception cause, string blob);
    }
}
