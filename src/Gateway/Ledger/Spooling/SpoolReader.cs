using Microsoft.Win32.SafeHandles;

namespace Gateway.Ledger.Spooling;

/// <summary>Reads a segment from its beginning, also while it grows: record after record, and past damage to the next line that is one.</summary>
internal sealed class SpoolReader(string path) : IDisposable
{
    private const int UsualWindow = 1 << 20;

    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    private byte[] _window = [];
    private long _windowAt;

    /// <summary>Where the next item begins, in bytes.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes of the file as it is now.</summary>
    public long FileLength => RandomAccess.GetLength(_file);

    /// <param name="end">Up to where the file is to be read, in bytes.</param>
    /// <returns>Null at the end.</returns>
    /// <exception cref="IOException">The file cannot be read, or is shorter.</exception>
    public SpoolItem? Next(long end)
    {
        if (Position >= end)
        {
            return null;
        }

        var length = 0;
        var rest = Rest(end);
        while ((length = SpoolRecord.Measure(rest.Span)) < 0 && TryLoadMore(ref rest, end))
        {
        }

        var isRecord = length > 0;
        var item = new SpoolItem(isRecord ? rest[..length] : rest[..MeasureDamage(rest.Span)], isRecord);
        Position += item.Bytes.Length;
        return item;
    }

    public void Dispose() => _file.Dispose();

    // Up to the next line that is, or may become, a record; else all of it.
    private static int MeasureDamage(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; bytes[at..].IndexOf((byte)'\n') is >= 0 and var feed;)
        {
            at += feed + 1;
            if (at < bytes.Length && SpoolRecord.Measure(bytes[at..]) != 0)
            {
                return at;
            }
        }

        return bytes.Length;
    }

    private ReadOnlyMemory<byte> Rest(long end)
    {
        if (Position >= _windowAt + _window.Length)
        {
            Load((int)Math.Min(UsualWindow, end - Position));
        }

        return _window.AsMemory((int)(Position - _windowAt));
    }

    private bool TryLoadMore(ref ReadOnlyMemory<byte> rest, long end)
    {
        if (Position + rest.Length >= end || rest.Length >= SpoolRecord.MaxBytes)
        {
            return false;
        }

        Load((int)Math.Min(Math.Min(Math.Max(rest.Length * 2L, UsualWindow), SpoolRecord.MaxBytes), end - Position));
        rest = _window;
        return true;
    }

    // Into a new array: items of the last one may still be held.
    private void Load(int count)
    {
        var window = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = RandomAccess.Read(_file, window.AsSpan(read), Position + read);
            if (more == 0)
            {
                throw new EndOfStreamException($"{path} is shorter than it was.");
            }

            read += more;
        }

        (_window, _windowAt) = (window, Position);
    }
}
