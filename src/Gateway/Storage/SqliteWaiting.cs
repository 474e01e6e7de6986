using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gateway.Storage;

/// <summary>
/// How SQLite waits for a lock. Before 3.42 it is built, as a rule, without a sleep shorter than a second: a reader that meets a writer at the wrong moment,
/// and wants a microsecond, is asleep for that long, and with bad luck several times in a row.
/// </summary>
/// <remarks>https://www.sqlite.org/c3ref/vfs.html and https://www.sqlite.org/c3ref/busy_handler.html.</remarks>
internal static class SqliteWaiting
{
    /// <summary>How long a statement waits for the lock of another process, in milliseconds; a writer of this process has waited for its turn before.</summary>
    public const int BusyMs = 5000;

    private const string Library = "e_sqlite3";
    private const int SleepsByItself = 3_042_000;

    // SQLite keeps their addresses, as long as the process lives.
    private static readonly SleepCall Sleeping = Sleep;
    private static readonly BusyCall Busying = IsWorthWaiting;
    private static readonly nint BusyHandler = Marshal.GetFunctionPointerForDelegate(Busying);

    // In milliseconds; the last one over and over.
    private static readonly int[] Naps = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100];

    private static readonly Lock Gate = new();
    private static bool _begun;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SleepCall(nint vfs, int microseconds);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int BusyCall(nint argument, int calls);

    /// <summary>Once for the process, before a database is opened; again does nothing.</summary>
    public static void Begin()
    {
        lock (Gate)
        {
            if (_begun)
            {
                return;
            }

            Batteries_V2.Init();
            if (!OperatingSystem.IsWindows() && raw.sqlite3_libversion_number() < SleepsByItself && sqlite3_vfs_find(null) is not 0 and var vfs)
            {
                Marshal.WriteIntPtr(vfs, (int)Marshal.OffsetOf<VfsHead>(nameof(VfsHead.Sleep)), Marshal.GetFunctionPointerForDelegate(Sleeping));
            }

            _begun = true;
        }
    }

    /// <summary>Lets the statements of an open connection wait for <see cref="BusyMs"/>.</summary>
    public static void Set(SqliteConnection connection)
    {
        var handle = connection.Handle!; // It is open.
        var result = sqlite3_busy_handler(handle.DangerousGetHandle(), BusyHandler, 0);
        SqliteException.ThrowExceptionForRC(result, handle);
        GC.KeepAlive(connection);
    }

    private static int Sleep(nint vfs, int microseconds)
    {
        Nap(Math.Max(1, microseconds / 1000));
        return microseconds;
    }

    private static int IsWorthWaiting(nint argument, int calls)
    {
        var known = Math.Min(calls, Naps.Length);
        var left = BusyMs - Naps.Take(known).Sum() - ((calls - known) * Naps[^1]);
        if (left <= 0)
        {
            return 0;
        }

        Nap(Math.Min(left, Naps[Math.Min(calls, Naps.Length - 1)]));
        return 1;
    }

    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "SQLite has no asynchronous calls; its thread waits either way.")]
    private static void Nap(int milliseconds) => Thread.Sleep(milliseconds);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern nint sqlite3_vfs_find([MarshalAs(UnmanagedType.LPUTF8Str)] string? name);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_busy_handler(nint connection, nint handler, nint argument);

    /// <summary>The beginning of <c>sqlite3_vfs</c>, which is the same in all its versions.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct VfsHead
    {
        public int Version;
        public int FileSize;
        public int MostPath;
        public nint Next;
        public nint Name;
        public nint AppData;
        public nint Open;
        public nint Delete;
        public nint Access;
        public nint FullPathname;
        public nint DlOpen;
        public nint DlError;
        public nint DlSym;
        public nint DlClose;
        public nint Randomness;
        public nint Sleep;
    }
}
