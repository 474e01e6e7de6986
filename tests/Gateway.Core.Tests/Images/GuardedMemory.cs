using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gateway.Core.Tests.Images;

/// <summary>
/// Memory of which the second part may not be touched: reading one byte of it ends the process. Bytes that end where the first
/// part does show what else is read.
/// </summary>
internal sealed class GuardedMemory : IDisposable
{
    private const int Readable = 1 << 20;
    private const int Forbidden = 1 << 24;
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly nint _start;

    public GuardedMemory()
    {
        _start = MapMemory(0, Readable + Forbidden, ReadWrite, PrivateAnonymous, -1, 0);
        if (_start == -1 || ProtectMemory(_start + Readable, Forbidden, 0) != 0)
        {
            throw new Win32Exception();
        }
    }

    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>A span that begins with <paramref name="bytes"/> and goes on, for <paramref name="more"/> bytes, where none may be read.</summary>
    public ReadOnlySpan<byte> Before(ReadOnlySpan<byte> bytes, int more)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, Readable, nameof(bytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(more, Forbidden);
        ref byte first = ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), _start + Readable - bytes.Length);
        bytes.CopyTo(MemoryMarshal.CreateSpan(ref first, bytes.Length));
        return MemoryMarshal.CreateReadOnlySpan(ref first, bytes.Length + more);
    }

    public void Dispose() => _ = UnmapMemory(_start, Readable + Forbidden);

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint MapMemory(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ProtectMemory(nint address, nint length, int protection);

    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int UnmapMemory(nint address, nint length);
}
