using System.Data.Common;

namespace Gateway.Files;

/// <summary>Removes expired files each minute, and at start and each ten minutes the bytes that uploads left which never ended.</summary>
internal sealed partial class FileSweeper(FileStore files, IBlobStore blobs, TimeProvider time, ILogger<FileSweeper> logger) : PeriodicService(Interval, time, atOnce: true)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>An upload that began longer ago than this has ended, or is refused: no upload may take nearly as long.</summary>
    public static readonly TimeSpan LeftOverAfter = TimeSpan.FromHours(1);

    private const int LeftOversEach = 10;

    private int _rounds;

    /// <summary>Removes what has expired.</summary>
    public async Task SweepExpiredAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await files.RemoveExpiredAsync(cancellationToken) is > 0 and var removed)
            {
                Log.Expired(logger, removed);
            }
        }
        catch (Exception e) when (IsOfStore(e))
        {
            Log.Failed(logger, e);
        }
    }

    /// <summary>Deletes what is left over.</summary>
    public async Task SweepLeftOversAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await blobs.SweepAsync(Time.GetUtcNow() - LeftOverAfter, cancellationToken) is > 0 and var swept)
            {
                Log.LeftOver(logger, swept);
            }
        }
        catch (Exception e) when (IsOfStore(e))
        {
            Log.Failed(logger, e);
        }
    }

    protected override async Task RoundAsync(CancellationToken ct)
    {
        await SweepExpiredAsync(ct);
        if (_rounds++ % LeftOversEach == 0)
        {
            await SweepLeftOversAsync(ct);
        }
    }

    // The next round may find it mended.
    private static bool IsOfStore(Exception exception) => exception is DbException or TimeoutException or IOException;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} expired files were removed")]
        public static partial void Expired(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Information, "The bytes of {Count} uploads that never ended were deleted")]
        public static partial void LeftOver(ILogger logger, int count);

        [LoggerMessage(3, LogLevel.Error, "Stored files could not be swept")]
        public static partial void Failed(ILogger logger, Exception cause);
    }
}
