using System.Text;
using Gateway.Ledger;
using Gateway.Ledger.Spooling;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Ledger.Spooling;

/// <summary>The folder of segments by itself: what is written and acknowledged is read, whatever a crash left behind it.</summary>
public sealed class LedgerSpoolTests : IDisposable
{
    private readonly TemporaryFolder _data = new();
    private readonly LogCollector _logs = new();

    public void Dispose()
    {
        _logs.Dispose();
        _data.Dispose();
    }

    [Fact]
    public void Rows_come_in_the_order_in_which_they_were_appended_over_several_segments()
    {
        using var spool = Open();
        var rows = Rows(12_000);

        foreach (var group in rows.Chunk(500))
        {
            spool.Append(group).ShouldBeEmpty();
        }

        _data.Files(".spool").Length.ShouldBe(2);
        spool.Rows.ShouldBe(12_000);
        spool.Bytes.ShouldBe(_data.Files(".spool").Sum(file => new FileInfo(file).Length));
        Drain(spool).ShouldBe(Ids(rows));
        (spool.Rows, spool.Bytes).ShouldBe((0, 0));
        _data.Files(".spool").ShouldBeEmpty();
    }

    [Fact]
    public void Rows_that_are_appended_while_others_are_read_follow_them()
    {
        using var spool = Open();
        var rows = Rows(60);
        var read = new List<string>();

        foreach (var group in rows.Chunk(6))
        {
            spool.Append(group);
            read.AddRange(Ids(spool.Peek(4)));
            spool.Advance();
        }

        read.AddRange(Drain(spool));
        read.ShouldBe(Ids(rows));
    }

    [Fact]
    public void What_was_peeked_stays_until_it_is_done()
    {
        using var spool = Open();
        var rows = Rows(10);
        spool.Append(rows);

        Ids(spool.Peek(4)).ShouldBe(Ids(rows[..4]));
        Ids(spool.Peek(4)).ShouldBe(Ids(rows[..4]));
        using var crashed = _data.CopyOfSpool();
        spool.Advance();

        Ids(spool.Peek(100)).ShouldBe(Ids(rows[4..]));
        using var next = Open(crashed);
        Drain(next).ShouldBe(Ids(rows));
    }

    [Fact]
    public void Tail_that_is_torn_at_any_byte_is_cut_and_written_behind()
    {
        var rows = BareRows(2);
        var records = rows.Select(row => SpoolRecordTests.Write(row.Entry)).ToArray();
        byte[] all = [.. records[0], .. records[1]];
        var later = Rows(1)[0];
        var lengths = Enumerable.Range(records[0].Length, records[1].Length + 1).Concat([0, 1, 19, 20, 21, records[0].Length - 1]).ToArray();
        foreach (var length in lengths)
        {
            using var data = new TemporaryFolder();
            Directory.CreateDirectory(data.Spool);
            File.WriteAllBytes(Path.Combine(data.Spool, "0000000000000007.spool"), all[..length]);
            var whole = length == all.Length ? 2 : length >= records[0].Length ? 1 : 0;

            using var spool = Open(data);

            spool.Rows.ShouldBe(whole);
            spool.Bytes.ShouldBe(data.Files(".spool").Sum(file => new FileInfo(file).Length));
            if (length % 16 == 0)
            {
                spool.Append([later]);
                Drain(spool).ShouldBe([.. Ids(rows[..whole]), later.Entry.RequestId], $"cut at {length}");
                data.Files("").Select(Path.GetFileName).ShouldBe(["lock"]);
            }
        }

        // All but the three lengths at which a record ends.
        _logs.Lines.Count(line => line.Contains("a crash broke off", StringComparison.Ordinal)).ShouldBe(lengths.Length - 3);
    }

    [Fact]
    public void Tail_of_zeros_is_cut()
    {
        using var data = new TemporaryFolder();
        Directory.CreateDirectory(data.Spool);
        var row = Rows(1)[0];
        File.WriteAllBytes(Path.Combine(data.Spool, "0000000000000001.spool"), [.. SpoolRecordTests.Write(row.Entry), .. new byte[(1 << 20) + 4096]]);

        using var spool = Open(data);

        new FileInfo(data.Files(".spool")[0]).Length.ShouldBe(spool.Bytes);
        Drain(spool).ShouldBe([row.Entry.RequestId]);
    }

    [Fact]
    public void Flip_of_any_byte_costs_its_record_alone()
    {
        var rows = BareRows(3);
        var records = rows.Select(row => SpoolRecordTests.Write(row.Entry)).ToArray();
        byte[] all = [.. records[0], .. records[1], .. records[2]];
        var path = Path.Combine(_data.Path, "segment");
        for (var at = 0; at < all.Length; at++)
        {
            all[at] ^= 0x41;
            File.WriteAllBytes(path, all);
            all[at] ^= 0x41;
            var hit = at < records[0].Length ? 0 : at < records[0].Length + records[1].Length ? 1 : 2;
            var isLineFeed = all[at] == '\n';

            var items = new List<SpoolItem>();
            using (var reader = new SpoolReader(path))
            {
                while (reader.Next(all.Length) is { } item)
                {
                    items.Add(item);
                }
            }

            Ids(items).ShouldBe(Ids(rows).Where((_, i) => i != hit || isLineFeed), $"byte {at}");
            items.Where(item => !item.IsRecord).Sum(item => item.Bytes.Length).ShouldBe(isLineFeed ? 0 : records[hit].Length, $"byte {at}");
        }
    }

    [Fact]
    public void Record_longer_than_what_is_read_at_once_is_read()
    {
        using var spool = Open();
        var rows = Rows(3);
        rows[1] = new PendingRow(rows[1].Entry with { Price = new string('9', 5 << 20) });
        spool.Append(rows);
        using var crashed = _data.CopyOfSpool();

        Drain(spool).ShouldBe(Ids(rows));
        using var next = Open(crashed);
        next.Rows.ShouldBe(3);
        Drain(next).ShouldBe(Ids(rows));
    }

    [Fact]
    public void Row_that_is_too_long_fails_alone()
    {
        using var spool = Open();
        var rows = Rows(3);
        rows[1] = new PendingRow(rows[1].Entry with { Price = new string('9', SpoolRecord.MaxBytes) });

        spool.Append(rows).ShouldHaveSingleItem().Row.ShouldBe(rows[1]);

        spool.Rows.ShouldBe(2);
        Drain(spool).ShouldBe([rows[0].Entry.RequestId, rows[2].Entry.RequestId]);
    }

    /// <summary>
    /// A list beside the spool, over hundreds of random steps. A crash keeps what was acknowledged, and of the group that was being written any prefix, perhaps with
    /// zeros behind it; segments that were not finished are read from their beginning again.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_appends_reads_and_crashes_lose_nothing_that_was_acknowledged(int seed)
    {
        var random = new Random(seed);
        var data = new TemporaryFolder();
        var spool = Open(data);
        var expected = new List<string>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        var again = 0;
        try
        {
            for (var step = 0; step < 200; step++)
            {
                switch (random.Next(10))
                {
                    case < 5:
                        var group = Rows(1 + random.Next(40));
                        spool.Append(group);
                        expected.AddRange(Ids(group));
                        break;
                    case < 9:
                        Take(Ids(spool.Peek(1 + random.Next(60))));
                        spool.Advance();
                        break;
                    default:
                        Crash();
                        break;
                }

                spool.Rows.ShouldBe(expected.Count);
            }

            Take(Drain(spool));
            expected.ShouldBeEmpty();
            again.ShouldBeGreaterThan(0);
            data.Files("").Select(Path.GetFileName).ShouldBe(["lock"]);
        }
        finally
        {
            spool.Dispose();
            data.Dispose();
        }

        void Take(IReadOnlyCollection<string> ids)
        {
            ids.ShouldBe(expected.Take(ids.Count));
            expected.RemoveRange(0, ids.Count);
            again += ids.Count(id => !done.Add(id));
        }

        void Crash()
        {
            var crashed = data.CopyOfSpool();
            spool.Dispose();
            data.Dispose();
            data = crashed;
            var unacknowledged = Rows(1 + random.Next(5));
            byte[] tail = [.. unacknowledged.SelectMany(row => SpoolRecordTests.Write(row.Entry))];
            var file = data.Files(".spool") is [.., var newest] ? newest : Path.Combine(data.Spool, "0000000000000001.spool");
            using (var stream = new FileStream(file, FileMode.Append))
            {
                stream.Write(tail.AsSpan(0, random.Next(tail.Length + 1)));
                stream.Write(new byte[random.Next(3) == 0 ? 5000 : 0]);
            }

            var left = LinesOf(data);
            var theirs = Ids(unacknowledged);
            left.Where(id => !theirs.Contains(id) && !done.Contains(id)).ShouldBe(expected.Where(id => !done.Contains(id)));
            expected = left;
            spool = Open(data);
        }
    }

    [Fact]
    public void Folder_of_another_process_is_refused_with_key_value_and_fix()
    {
        using var spool = Open();

        var refusal = Should.Throw<StorageUnavailableException>(() => Open());

        refusal.Message.ShouldStartWith($"{StorageOptions.DataDirectoryKey} = '{_data.Path}': another gateway spools");
        refusal.Message.ShouldContain("Give each process a data directory of its own");
        spool.Dispose();
        using var later = Open();
        later.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public void Folder_that_vanishes_fails_the_rows_until_it_is_back()
    {
        using var spool = Open();
        Directory.Move(_data.Spool, _data.Spool + "-away");

        Should.Throw<IOException>(() => spool.Append(Rows(2)));
        (spool.Rows, spool.Bytes).ShouldBe((0, 0));

        Directory.Move(_data.Spool + "-away", _data.Spool);
        var rows = Rows(2);
        spool.Append(rows);
        Drain(spool).ShouldBe(Ids(rows));
    }

    [Fact]
    public void Segment_that_somebody_deleted_is_told_and_blocks_nothing()
    {
        var rows = Rows(4);
        using (var first = Open())
        {
            first.Append(rows.AsSpan(0, 2));
        }

        using var spool = Open();
        spool.Append(rows.AsSpan(2));
        File.Delete(_data.Files(".spool")[0]);

        Drain(spool).ShouldBe(Ids(rows[2..]));
        (spool.Rows, spool.Bytes).ShouldBe((0, 0));
        _logs.Lines.ShouldContain(line => line.StartsWith("Critical", StringComparison.Ordinal) && line.Contains("2 of its ledger rows", StringComparison.Ordinal));
    }

    [Fact]
    public void Other_files_are_left_alone_and_numbers_go_on_behind_all()
    {
        Directory.CreateDirectory(_data.Spool);
        foreach (var name in (string[])["notes.txt", "x.spool", "-1.spool", "99999999999999999999.spool", "0000000000000009.refused", "0000000000000012.damaged"])
        {
            File.WriteAllText(Path.Combine(_data.Spool, name), "something");
        }

        using var spool = Open();
        spool.Append(Rows(1));

        _data.Files(".spool").Select(Path.GetFileName).ShouldContain("0000000000000013.spool");
        Drain(spool).Count.ShouldBe(1);
        File.ReadAllText(Path.Combine(_data.Spool, "notes.txt")).ShouldBe("something");
        Directory.EnumerateFiles(_data.Spool).Count().ShouldBe(7);
        _logs.Lines.Count(line => line.Contains("were set aside", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public void File_that_was_set_aside_becomes_a_segment_by_its_name()
    {
        var rows = Rows(2);
        using (var spool = Open())
        {
            foreach (var row in rows)
            {
                spool.SetAside(SpoolRecordTests.Write(row.Entry), SpoolFiles.Refused);
            }
        }

        SpoolReport.Of(_data.Spool).ShouldBe(new SpoolReport(0, 2, 0));
        var file = _data.Files(".refused").ShouldHaveSingleItem();
        File.Move(file, Path.ChangeExtension(file, ".spool"));

        using var next = Open();
        SpoolReport.Of(_data.Spool).ShouldBe(new SpoolReport(2, 0, 0));
        Drain(next).ShouldBe(Ids(rows));
        SpoolReport.Of(_data.Spool).IsEmpty.ShouldBeTrue();
        SpoolReport.Of(Path.Combine(_data.Path, "none")).IsEmpty.ShouldBeTrue();
    }

    /// <summary>Run by hand: rows a second, in groups as a loaded gateway makes them, each with its flush.</summary>
    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(256)]
    [InlineData(512)]
    public void Append_throughput(int group)
    {
        using var spool = Open();
        var rows = Rows(group);
        for (var run = 0; run < 3; run++)
        {
            var start = TimeProvider.System.GetTimestamp();
            var count = 0;
            while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(2))
            {
                spool.Append(rows);
                count += group;
            }

            var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            TestContext.Current.TestOutputHelper?.WriteLine($"groups of {group}: {count / seconds:N0} rows/s, {count / group / seconds:N0} flushes/s, {spool.Bytes / spool.Rows} bytes a row");
        }

        var reading = TimeProvider.System.GetTimestamp();
        var all = spool.Rows;
        while (spool.Peek(512).Count > 0)
        {
            spool.Advance();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"read: {all / TimeProvider.System.GetElapsedTime(reading).TotalSeconds:N0} rows/s");
    }

    private static PendingRow[] Rows(int count) => [.. Enumerable.Range(0, count).Select(_ => new PendingRow(LedgerEntries.At(LedgerEntries.Begin)))];

    private static PendingRow[] BareRows(int count) => [.. Enumerable.Range(0, count).Select(_ => new PendingRow(LedgerEntries.Bare(LedgerEntries.Begin)))];

    private static string[] Ids(IEnumerable<PendingRow> rows) => [.. rows.Select(row => row.Entry.RequestId)];

    private static string[] Ids(IEnumerable<SpoolItem> items) => [.. items.Where(item => item.IsRecord).Select(item => Read(item.Bytes.Span))];

    private static string Read(ReadOnlySpan<byte> record)
    {
        SpoolRecord.TryRead(record, out var row, out _).ShouldBeTrue();
        return row!.Entry.RequestId;
    }

    private static List<string> Drain(LedgerSpool spool, int most = int.MaxValue)
    {
        var ids = new List<string>();
        while (ids.Count < most && spool.Peek(7) is { Count: > 0 } items)
        {
            ids.AddRange(Ids(items));
            spool.Advance();
        }

        return ids;
    }

    // What a reader without checksums would find: every line that has its end.
    private static List<string> LinesOf(TemporaryFolder data) =>
        [.. data.Files(".spool").SelectMany(file => Encoding.UTF8.GetString(File.ReadAllBytes(file)).Split('\n')[..^1]).Select(line => line.Split('"')[3])];

    private LedgerSpool Open(TemporaryFolder? data = null)
    {
        using var loggers = new LoggerFactory([_logs]);
        var spool = new LedgerSpool((data ?? _data).Spool, loggers.CreateLogger<LedgerSpool>());
        try
        {
            spool.Open();
            return spool;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }
}
