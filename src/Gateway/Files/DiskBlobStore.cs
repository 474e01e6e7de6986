using Gateway.Core.Callers;
using Gateway.Storage;

namespace Gateway.Files;

/// <summary>
/// Blobs as files: <c>root/tenant/sha256-id</c>, and while they are written <c>root/tenant/id.part</c>. A part is locked by its writer, so one that
/// can be locked belongs to a process that has died. No part of a path comes from a client.
/// </summary>
internal sealed partial class DiskBlobStore(string root, Database database, TimeProvider time, ILogger<DiskBlobStore> logger) : IBlobStore
{
    private const string SelectContents = "select id from file_contents where tenant_id = @tenant";
    private const string PartSuffix = ".part";
    private const int HashDigits = 64;
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Between its making and its locking a part is nobody's.
    private static readonly TimeSpan UntilLocked = TimeSpan.FromSeconds(5);

    public ValueTask<BlobWriter> CreateAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var id = BlobId.New(time.GetUtcNow());
        try
        {
            return new(new DiskBlobWriter(tenant, id, Path.Combine(MakeDirectory(tenant), id + PartSuffix), logger));
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw Failed(e);
        }
    }

    public ValueTask<Stream> OpenAsync(Blob blob, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var stream = new FileStream(PathOf(blob), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            });
            if (stream.Length == blob.Bytes)
            {
                return new(stream);
            }

            stream.Dispose();
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw Failed(e);
        }

        throw new FileStoreException($"The stored bytes of blob {blob.Id} are not as many as were written.", null);
    }

    public Task DeleteAsync(Blob blob, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                File.Delete(PathOf(blob));
            }
            catch (Exception e) when (IsOfDisk(e))
            {
                throw Failed(e);
            }
        },
        cancellationToken);

    public async Task<int> SweepAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var swept = 0;
        try
        {
            foreach (var directory in Directory.Exists(root) ? Directory.EnumerateDirectories(root) : [])
            {
                // Listed before the rows are read: what becomes referred to in between is younger than what is looked at.
                var names = Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path)).ToList();
                var tenant = Path.GetFileName(directory);
                var contents = (await database.ListAsync(SelectContents, row => row.GetString(0), [new("@tenant", tenant)], cancellationToken)).ToHashSet();
                foreach (var name in names)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    swept += TrySweep(directory, name, contents, before) ? 1 : 0;
                }
            }
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw Failed(e);
        }

        return swept;
    }

    private static bool IsOfDisk(Exception exception) => exception is IOException and not FileStoreException or UnauthorizedAccessException;

    private static FileStoreException Failed(Exception cause) =>
        new($"{StorageOptions.DataDirectoryKey}: stored files cannot be used: {cause.Message}", cause);

    private static string NameOf(Blob blob) => $"{blob.Sha256}-{blob.Id}";

    // Names that this class did not give are left alone.
    private bool TrySweep(string directory, string name, HashSet<string> contents, DateTimeOffset before)
    {
        if (name.EndsWith(PartSuffix, StringComparison.Ordinal))
        {
            return BlobId.IsWellFormed(name.AsSpan(0, name.Length - PartSuffix.Length))
                && IsOlder(name, time.GetUtcNow() - UntilLocked)
                && TryDeleteUnlocked(Path.Combine(directory, name));
        }

        if (name.Length != HashDigits + 1 + BlobId.Length || !BlobId.IsWellFormed(name.AsSpan(HashDigits + 1)))
        {
            return false;
        }

        var id = name[(HashDigits + 1)..];
        if (contents.Contains(id) || !IsOlder(id, before))
        {
            return false;
        }

        File.Delete(Path.Combine(directory, name));
        return true;
    }

    private static bool IsOlder(string id, DateTimeOffset than) => string.CompareOrdinal(id, BlobId.FirstAt(than)) < 0;

    private static bool TryDeleteUnlocked(string path)
    {
        try
        {
            using var locked = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            File.Delete(path);
            return true;
        }
        catch (IOException)
        {
            // Somebody writes it, or has just ended.
            return false;
        }
    }

    private string PathOf(Blob blob) => Path.Combine(root, blob.Tenant.Value, NameOf(blob));

    private string MakeDirectory(TenantId tenant)
    {
        var directory = Path.Combine(root, tenant.Value);
        if (!Directory.Exists(directory))
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                Directory.CreateDirectory(directory, OwnerAlone);
                DirectoryEntries.Flush(root);
                DirectoryEntries.Flush(Path.GetDirectoryName(root) ?? root);
            }
        }

        return directory;
    }

    private sealed class DiskBlobWriter : BlobWriter
    {
        private readonly ILogger _logger;
        private readonly FileStream _stream;
        private string _path;

        public DiskBlobWriter(TenantId tenant, string id, string path, ILogger logger)
            : base(tenant, id)
        {
            (_path, _logger) = (path, logger);
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            _stream = new FileStream(path, options);
        }

        protected override async ValueTask AppendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
        {
            try
            {
                await _stream.WriteAsync(piece, cancellationToken);
            }
            catch (Exception e) when (IsOfDisk(e))
            {
                throw Failed(e);
            }
        }

        // Flushing waits for the disk, and has no asynchronous form.
        protected override Task SealAsync(Blob blob, CancellationToken cancellationToken) => Task.Run(
            () =>
            {
                try
                {
                    _stream.Flush(flushToDisk: true);
                    if (OperatingSystem.IsWindows())
                    {
                        // An open file cannot be renamed there. Elsewhere its lock keeps the sweeper off to the end.
                        _stream.Dispose();
                    }

                    var directory = Path.GetDirectoryName(_path)!; // Made of a directory and a name.
                    var named = Path.Combine(directory, NameOf(blob));
                    File.Move(_path, named);
                    _path = named;
                    _stream.Dispose();
                    DirectoryEntries.Flush(directory);
                }
                catch (Exception e) when (IsOfDisk(e))
                {
                    throw Failed(e);
                }
            },
            cancellationToken);

        protected override async ValueTask CloseAsync(bool discard)
        {
            try
            {
                if (discard)
                {
                    File.Delete(_path);
                }

                await _stream.DisposeAsync();
            }
            catch (Exception e) when (IsOfDisk(e))
            {
                Log.NotDiscarded(_logger, e, Id);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "What was received of blob {Blob} could not be deleted; it will be swept")]
        public static partial void NotDiscarded(ILogger logger, Exception cause, string blob);
    }
}
