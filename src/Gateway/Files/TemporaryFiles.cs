using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Files;

/// <summary>
/// Files for bodies too large for memory, under the data directory. A file has no name from the moment that it is there, so whatever ends the process
/// leaves nothing behind (on Windows it goes when it is closed); what a moment between the two left is deleted at the next start.
/// </summary>
internal sealed class TemporaryFiles
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string _directory;
    private readonly Lock _gate = new();
    private bool _isReady;

    public TemporaryFiles(IOptions<StorageOptions> options) => _directory = options.Value.UploadsDirectory;

    /// <exception cref="IOException">The disk fails, or is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The data directory may not be written to.</exception>
    public TemporaryFile Create()
    {
        Prepare();
        var path = Path.Combine(_directory, Guid.NewGuid().ToString("N"));
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous | (OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None),
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var stream = new FileStream(path, options);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(path);
            }
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        return new TemporaryFile(stream);
    }

    private void Prepare()
    {
        lock (_gate)
        {
            if (_isReady)
            {
                return;
            }

            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(_directory);
            }
            else
            {
                Directory.CreateDirectory(_directory, OwnerAlone);
            }

            foreach (var left in Directory.EnumerateFiles(_directory))
            {
                Discard(left);
            }

            _isReady = true;
        }
    }

    private static void Discard(string path)
    {
        try
        {
            using var free = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            File.Delete(path);
        }
        catch (IOException)
        {
            // Another process has it, which deletes it itself.
        }
    }
}
