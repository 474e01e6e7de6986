using System.Buffers;
using Gateway.Storage;

namespace Gateway.Ledger.Spooling;

/// <summary>
/// Rows on this node's disk while they cannot be in the database: a folder of segments, appended to by the writer's thread and read, oldest row first, by the
/// replaying one. A segment is deleted once all its rows are in the database; after a crash it is read from its beginning again, which is harmless, as rows are
/// known by their request ids.
/// </summary>
internal sealed partial class LedgerSpool(string folder, ILogger<LedgerSpool> logger) : IDisposable
{
    /// <summary>Bytes at which a segment ends. The group that reaches it is written whole.</summary>
    public const int SegmentBytes = 8 << 20;

    private const int WritePiece = 1 << 20;
    private const int PeekBytes = 4 << 20;

    // EAGAIN on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.
    private static readonly int[] SharingViolations = [11, 35, unchecked((int)0x80070020)];

    private readonly Lock _gate = new();
    private readonly Queue<SpoolSegment> _segments = new();
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly List<SpoolItem> _peeked = [];
    private SpoolSegment? _active;
    private SpoolReader? _reader;
    private SpoolSegment? _read;
    private FileStream? _lock;
    private long _next = 1;
    private long _rows;
    private long _bytes;

    public string Folder => folder;

    /// <summary>Whether the folder is this process's own, and may be written.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Rows that are not in the database yet.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>Bytes of the segments that hold them.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Takes the folder, makes it where it is missing, and looks through what an earlier run left.</summary>
    /// <exception cref="StorageUnavailableException">Another process has it.</exception>
    /// <exception cref="IOException">It cannot be made, read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not.</exception>
    public void Open()
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, SpoolFiles.Lock);
        try
        {
            _lock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (SharingViolations.Contains(e.HResult))
        {
            throw new StorageUnavailableException(
                $"{StorageOptions.DataDirectoryKey} = '{Path.GetDirectoryName(folder)}': another gateway spools its ledger rows there (it holds {path}). Give each process a data directory of its own, or stop the other one.", e);
        }

        DirectoryEntries.Flush(Path.GetDirectoryName(folder) ?? folder);
        foreach (var extension in (string[])[SpoolFiles.Segment, SpoolFiles.Refused, SpoolFiles.Damaged])
        {
            var files = SpoolFiles.In(folder, extension);
            _next = Math.Max(_next, files.Count == 0 ? 1 : files[^1].Number + 1);
            if (extension == SpoolFiles.Segment)
            {
                files.ForEach(file => Add(file.Path, file.Number));
            }
            else if (files.Count > 0)
            {
                Log.SetAsideBefore(logger, files.Count, folder, extension);
            }
        }

        IsOpen = true;
    }

    /// <summary>Makes all rows durable in one flush, behind those that are there.</summary>
    /// <returns>Rows that cannot be written as a record, with the reason; none as a rule.</returns>
    /// <exception cref="IOException">The disk is full or broken. None of the rows counts as written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written any more.</exception>
    public IReadOnlyList<(PendingRow Row, Exception Problem)> Append(ReadOnlySpan<PendingRow> rows)
    {
        lock (_gate)
        {
            var segment = _active ?? Begin();
            List<(PendingRow, Exception)>? unwritable = null;
            try
            {
                _buffer.ResetWrittenCount();
                foreach (var row in rows)
                {
                    try
                    {
                        SpoolRecord.Write(row, _buffer);
                    }
                    catch (Exception e) when (e is not OutOfMemoryException)
                    {
                        (unwritable ??= []).Add((row, e));
                    }

                    if (_buffer.WrittenCount >= WritePiece)
                    {
                        segment.Write(_buffer.WrittenSpan);
                        _buffer.ResetWrittenCount();
                    }
                }

                segment.Write(_buffer.WrittenSpan);
                var before = segment.Length;
                segment.Commit();
                Count(segment, rows.Length - (unwritable?.Count ?? 0), segment.Length - before);
            }
            catch
            {
                // What the kernel still holds of it after a failed flush is anybody's guess: no more is written behind it.
                segment.CutBack();
                Seal();
                DropIfEmpty(segment);
                throw;
            }

            if (segment.Length >= SegmentBytes)
            {
                Seal();
            }

            return unwritable ?? [];
        }
    }

    /// <summary>The oldest records of one segment, and what is damaged among them; the same until <see cref="Advance"/>. None where the spool is empty. For one thread.</summary>
    /// <param name="most">Items, 1 or more.</param>
    /// <exception cref="IOException">The segment cannot be read.</exception>
    public IReadOnlyList<SpoolItem> Peek(int most)
    {
        if (_peeked.Count > 0)
        {
            return _peeked;
        }

        while (Head() is var (head, length))
        {
            if (TryOpen(head))
            {
                var bytes = 0;
                while (_peeked.Count < most && bytes < PeekBytes && _reader!.Next(length) is { } item)
                {
                    _peeked.Add(item);
                    bytes += item.Bytes.Length;
                }

                return _peeked;
            }

            // Somebody deleted it. Waiting for it would block the rest for ever.
            Log.Gone(logger, head.Path, head.Rows);
            Remove(head);
        }

        return _peeked;
    }

    /// <summary>What was peeked is in the database, or set aside: it is not needed any more.</summary>
    public void Advance()
    {
        var records = _peeked.Count(item => item.IsRecord);
        _peeked.Clear();
        SpoolSegment? done = null;
        lock (_gate)
        {
            if (_read is { } head)
            {
                Count(head, -records, 0);
                done = _reader!.Position == head.Length ? head : null;
            }
        }

        if (done is not null)
        {
            Remove(done);
        }
    }

    /// <summary>Keeps bytes of the spool that cannot go into the database, durably, in a file beside the segments.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public string SetAside(ReadOnlySpan<byte> bytes, string extension)
    {
        lock (_gate)
        {
            var path = SpoolFiles.NameOf(folder, _read?.Number ?? _next, extension);
            using (var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            DirectoryEntries.Flush(folder);
            return path;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            IsOpen = false;
            Seal();
            _reader?.Dispose();
            _lock?.Dispose();
        }
    }

    private void Add(string path, long number)
    {
        var (rows, good, length) = (0L, 0L, 0L);
        using (var reader = new SpoolReader(path))
        {
            length = reader.FileLength;
            while (reader.Next(length) is { } item)
            {
                (rows, good) = item.IsRecord ? (rows + 1, reader.Position) : (rows, good);
            }
        }

        if (good < length)
        {
            // A crash in the middle of a write: nobody was told that it is durable.
            Log.Torn(logger, path, length - good);
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
            file.SetLength(good);
            file.Flush(flushToDisk: true);
        }

        if (good == 0)
        {
            File.Delete(path);
            return;
        }

        var segment = SpoolSegment.Existing(path, number, good, 0);
        _segments.Enqueue(segment);
        Count(segment, rows, good);
    }

    private SpoolSegment Begin()
    {
        var number = _next++;
        var segment = SpoolSegment.Create(SpoolFiles.NameOf(folder, number, SpoolFiles.Segment), number);
        _segments.Enqueue(_active = segment);
        return segment;
    }

    private void Seal()
    {
        _active?.Dispose();
        _active = null;
    }

    // The newest: nothing was enqueued since.
    private void DropIfEmpty(SpoolSegment segment)
    {
        if (segment.Length > 0)
        {
            return;
        }

        var others = _segments.Where(other => other != segment).ToArray();
        _segments.Clear();
        Array.ForEach(others, _segments.Enqueue);
        TryDelete(segment);
    }

    private (SpoolSegment Head, long Length)? Head()
    {
        lock (_gate)
        {
            return _segments.TryPeek(out var head) ? (head, head.Length) : null;
        }
    }

    private bool TryOpen(SpoolSegment head)
    {
        if (_read == head)
        {
            return true;
        }

        try
        {
            (_reader, var old) = (new SpoolReader(head.Path), _reader);
            old?.Dispose();
            _read = head;
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private void Remove(SpoolSegment head)
    {
        lock (_gate)
        {
            // A group may have been appended since it was found at its end.
            if (_read == head && _reader!.Position < head.Length)
            {
                return;
            }

            if (_active == head)
            {
                Seal();
            }

            _segments.Dequeue();
            Count(head, -head.Rows, -head.Length);
            _reader?.Dispose();
            (_reader, _read) = (null, null);
            TryDelete(head);
        }
    }

    private void TryDelete(SpoolSegment segment)
    {
        try
        {
            File.Delete(segment.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotDeleted(logger, segment.Path, e);
        }
    }

    private void Count(SpoolSegment segment, long rows, long bytes)
    {
        segment.Rows += rows;
        Interlocked.Add(ref _rows, rows);
        Interlocked.Add(ref _bytes, bytes);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Path} ends in {Bytes} bytes of a write that a crash broke off; they were cut away")]
        public static partial void Torn(ILogger logger, string path, long bytes);

        [LoggerMessage(2, LogLevel.Critical, "{Path} was deleted while {Rows} of its ledger rows were not in the database")]
        public static partial void Gone(ILogger logger, string path, long rows);

        [LoggerMessage(3, LogLevel.Error, "{Path} is in the database and cannot be deleted. It will be read again at the next start, which is harmless")]
        public static partial void NotDeleted(ILogger logger, string path, Exception cause);

        [LoggerMessage(4, LogLevel.Warning, "{Count} files of ledger records that were set aside lie in {Folder} (*{Extension}); see docs/ledger.md")]
        public static partial void SetAsideBefore(ILogger logger, int count, string folder, string extension);
    }
}
