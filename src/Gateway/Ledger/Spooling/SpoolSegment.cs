using Gateway.Storage;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Ledger.Spooling;

/// <summary>One file of the spool. Bytes before <see cref="Length"/> are durable and never change.</summary>
internal sealed class SpoolSegment(string path, long number) : IDisposable
{
    private SafeFileHandle? _file;
    private long _end;
    private bool _isNamed;

    public string Path => path;

    public long Number => number;

    /// <summary>Bytes that are durable.</summary>
    public long Length { get; private set; }

    /// <summary>Records in it that are not in the database yet.</summary>
    public long Rows { get; set; }

    /// <summary>A new file, to be written.</summary>
    public static SpoolSegment Create(string path, long number) => new(path, number)
    {
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete),
    };

    /// <summary>A file of an earlier run, to be read.</summary>
    public static SpoolSegment Existing(string path, long number, long length, long rows) => new(path, number) { Length = length, Rows = rows };

    public void Write(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file!, bytes, _end); // A segment is written only by whom it was created for.
        _end += bytes.Length;
    }

    /// <summary>Makes durable what was written, and first of all the file's name.</summary>
    public void Commit()
    {
        RandomAccess.FlushToDisk(_file!);
        if (!_isNamed)
        {
            DirectoryEntries.Flush(System.IO.Path.GetDirectoryName(path)!);
            _isNamed = true;
        }

        Length = _end;
    }

    /// <summary>
    /// Gives up what was written since the last commit. Where that fails too, it stays behind <see cref="Length"/>, and the next start may find whole records in it:
    /// rows of answers that were withheld.
    /// </summary>
    public void CutBack()
    {
        try
        {
            RandomAccess.SetLength(_file!, Length);
            RandomAccess.FlushToDisk(_file!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing more can be done; whoever wrote knows already that the disk fails.
        }
    }

    /// <summary>Ends writing.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }
}
