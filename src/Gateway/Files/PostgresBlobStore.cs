using System.Buffers;
using System.Data.Common;
using Gateway.Core.Callers;
using Gateway.Storage;

namespace Gateway.Files;

/// <summary>Blobs as rows of at most <see cref="ChunkBytes"/> each, written and read one at a time: every node sees them, and none holds one whole.</summary>
internal sealed partial class PostgresBlobStore(Database database, TimeProvider time, ILogger<PostgresBlobStore> logger) : IBlobStore
{
    public const int ChunkBytes = 256 * 1024;

    private const string Insert = "insert into file_chunks (content_id, number, data) values (@id, @number, @data)";
    private const string Select = "select data from file_chunks where content_id = @id and number = @number";
    private const string Delete = "delete from file_chunks where content_id = @id";
    private const string SelectLeftOver =
        "select c.content_id from file_chunks c where c.number = 0 and c.content_id < @before and not exists (select 1 from file_contents f where f.id = c.content_id) limit 1000";

    public ValueTask<BlobWriter> CreateAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new ChunkWriter(this, tenant, BlobId.New(time.GetUtcNow())));
    }

    public ValueTask<Stream> OpenAsync(Blob blob, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new ChunkStream(blob, ReadAsync));
    }

    public Task DeleteAsync(Blob blob, CancellationToken cancellationToken) => DeleteAsync(blob.Id, cancellationToken);

    public async Task<int> SweepAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var ids = await GuardAsync(
            () => database.ListAsync(SelectLeftOver, row => row.GetString(0), [new("@before", BlobId.FirstAt(before))], cancellationToken), cancellationToken);
        foreach (var id in ids)
        {
            await DeleteAsync(id, cancellationToken);
        }

        return ids.Count;
    }

    private ILogger Logger => logger;

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when ((e is DbException or TimeoutException or IOException) && !cancellationToken.IsCancellationRequested)
        {
            throw new FileStoreException($"{StorageOptions.PostgresKey}: stored files cannot be used: {e.Message}", e);
        }
    }

    private Task<int> DeleteAsync(string id, CancellationToken cancellationToken) => ExecuteAsync(Delete, [new("@id", id)], cancellationToken);

    private Task<int> ExecuteAsync(string sql, SqlArgument[] arguments, CancellationToken cancellationToken) =>
        GuardAsync(() => database.WriteAsync(session => session.ExecuteAsync(sql, arguments, cancellationToken), cancellationToken), cancellationToken);

    /// <returns>The bytes of the chunk; -1 where there is none.</returns>
    private async Task<int> ReadAsync(string id, long number, byte[] buffer, CancellationToken cancellationToken)
    {
        var lengths = await GuardAsync(
            () => database.ListAsync(Select, row => (int)row.GetBytes(0, 0, buffer, 0, ChunkBytes), [new("@id", id), new("@number", number)], cancellationToken), cancellationToken);
        return lengths is [var length] ? length : -1;
    }

    private sealed class ChunkWriter(PostgresBlobStore store, TenantId tenant, string id) : BlobWriter(tenant, id)
    {
        private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        private int _filled;
        private long _chunks;

        protected override async ValueTask AppendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
        {
            while (!piece.IsEmpty)
            {
                var fits = Math.Min(piece.Length, ChunkBytes - _filled);
                piece[..fits].CopyTo(_buffer.AsMemory(_filled));
                _filled += fits;
                piece = piece[fits..];
                if (_filled == ChunkBytes)
                {
                    await FlushAsync(cancellationToken);
                }
            }
        }

        protected override Task SealAsync(Blob blob, CancellationToken cancellationToken) => _filled > 0 ? FlushAsync(cancellationToken) : Task.CompletedTask;

        protected override async ValueTask CloseAsync(bool discard)
        {
            if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            if (!discard || _chunks == 0)
            {
                return;
            }

            try
            {
                await store.DeleteAsync(Id, CancellationToken.None);
            }
            catch (FileStoreException e)
            {
                Log.NotDiscarded(store.Logger, e, Id);
            }
        }

        // A statement that fails may still have run, so the chunk counts from before it.
        private async Task FlushAsync(CancellationToken cancellationToken)
        {
            var number = _chunks++;
            await store.ExecuteAsync(Insert, [new("@id", Id), new("@number", number), new("@data", new ReadOnlyMemory<byte>(_buffer, 0, _filled))], cancellationToken);
            _filled = 0;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "What was received of blob {Blob} could not be deleted; it will be swept")]
        public static partial void NotDiscarded(ILogger logger, Exception cause, string blob);
    }
}
