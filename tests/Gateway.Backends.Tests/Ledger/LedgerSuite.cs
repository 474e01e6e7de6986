using System.Diagnostics;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Ledger;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Ledger;

public abstract class LedgerSuite(Backend backend)
{
    private static readonly LedgerQuery Everything = new(null, null, null, null, null, null, 50);

    [Fact]
    public async Task Row_is_read_as_it_was_written()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        var full = LedgerEntries.At(LedgerEntries.Begin.AddMicroseconds(1001));
        var bare = LedgerEntries.Bare(LedgerEntries.Begin);

        await node.CommitAsync(full);
        await node.CommitAsync(bare);

        (await node.ReadAllAsync(Everything)).ShouldBe([full, bare]);
    }

    [Fact]
    public async Task Rows_of_256_concurrent_writers_are_all_there_once_committed()
    {
        await using var node = await LedgerNode.StartAsync(backend);

        await Task.WhenAll(Enumerable.Range(0, 256).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                var entry = LedgerEntries.At(LedgerEntries.Begin.AddSeconds(i), tenant: writer, key: writer);
                await node.CommitAsync(entry);
                if (i == 19)
                {
                    (await node.ReadAllAsync(Everything with { Key = entry.KeyId.Value, Limit = 7 })).Count.ShouldBe(20);
                }
            }
        })));

        (await node.CountAsync()).ShouldBe(256 * 20);
        node.Sink.Writes.ShouldBeLessThan(256 * 20);
    }

    [Fact]
    public async Task Second_row_of_a_request_is_ignored()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        var entry = LedgerEntries.At(LedgerEntries.Begin);

        await Task.WhenAll(node.CommitAsync(entry), node.CommitAsync(entry with { Status = 500 }), node.CommitAsync(entry));
        await node.CommitAsync(entry with { Status = 500 });

        (await node.ReadAllAsync(Everything)).ShouldBe([entry]);
    }

    [Fact]
    public async Task Row_that_the_database_refuses_fails_alone()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        var good = Enumerable.Range(0, 9).Select(i => LedgerEntries.At(LedgerEntries.Begin.AddSeconds(i))).ToArray();
        var poison = LedgerEntries.At(LedgerEntries.Begin) with { Endpoint = null! };

        // Held back until all ten wait, so that they make one batch.
        node.Sink.Close();
        var first = node.CommitAsync(good[0]);
        await node.Sink.Reached.Task;
        var others = good[1..].Select(node.CommitAsync).ToArray();
        var refused = node.CommitAsync(poison);
        node.Sink.Open();

        await Task.WhenAll([first, .. others]);
        await Should.ThrowAsync<LedgerUnavailableException>(refused);
        (await node.CountAsync()).ShouldBe(9);
    }

    [Fact]
    public async Task Text_that_a_database_cannot_hold_costs_no_row()
    {
        await using var node = await LedgerNode.StartAsync(backend);

        await node.CommitAsync(LedgerEntries.At(LedgerEntries.Begin) with { EndUser = "a\0b\ud800c\U0001F600", Tags = "\0" });

        var row = (await node.ReadAllAsync(Everything)).ShouldHaveSingleItem();
        row.EndUser.ShouldBe("a\ufffdb\ufffdc\U0001F600");
        row.Tags.ShouldBe("\ufffd");
    }

    [Fact]
    public async Task Outage_fails_all_who_wait_and_ends_by_itself()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        var rows = Enumerable.Range(0, 2000).Select(i => LedgerEntries.At(LedgerEntries.Begin.AddSeconds(i))).ToArray();
        node.Sink.Fault = backend == Backend.Sqlite
            ? new Microsoft.Data.Sqlite.SqliteException("disk I/O error", SQLitePCL.raw.SQLITE_IOERR)
            : new Npgsql.NpgsqlException("connection reset");

        node.Sink.Close();
        var waiting = rows.Select(node.CommitAsync).ToArray();
        await node.Sink.Reached.Task;
        node.Sink.Open();
        foreach (var row in waiting)
        {
            await Should.ThrowAsync<LedgerUnavailableException>(row);
        }

        // Two tries for each time rows were taken, not for each row or batch.
        node.Sink.Writes.ShouldBeLessThanOrEqualTo(6);

        node.Sink.Fault = null;
        await Task.WhenAll(rows.Select(node.CommitAsync));
        (await node.CountAsync()).ShouldBe(2000);
    }

    [Fact]
    public async Task Stopping_writes_what_waits_and_takes_no_more()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        node.Sink.Close();
        var waiting = Enumerable.Range(0, 1000).Select(i => node.CommitAsync(LedgerEntries.At(LedgerEntries.Begin.AddSeconds(i)))).ToArray();
        await node.Sink.Reached.Task;

        var stopped = node.Writer.StopAsync(CancellationToken.None);
        stopped.IsCompleted.ShouldBeFalse();
        await Should.ThrowAsync<LedgerUnavailableException>(node.CommitAsync(LedgerEntries.At(LedgerEntries.Begin)));
        node.Sink.Open();

        await stopped;
        waiting.ShouldAllBe(row => row.IsCompletedSuccessfully);
        (await node.CountAsync()).ShouldBe(1000);
    }

    [Fact]
    public async Task Full_queue_makes_committing_wait_for_room()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        node.Sink.Close();
        var first = node.CommitAsync(LedgerEntries.At(LedgerEntries.Begin));
        await node.Sink.Reached.Task;
        var queued = Enumerable.Range(0, LedgerWriter.Capacity).Select(i => node.CommitAsync(LedgerEntries.At(LedgerEntries.Begin.AddSeconds(i)))).ToArray();

        using var impatient = new CancellationTokenSource();
        var given = node.Writer.CommitAsync(LedgerEntries.At(LedgerEntries.Begin), impatient.Token).AsTask();
        var patient = node.CommitAsync(LedgerEntries.At(LedgerEntries.Begin));
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(given);
        node.Sink.Open();

        await Task.WhenAll([first, patient, .. queued]);
        (await node.CountAsync()).ShouldBe(LedgerWriter.Capacity + 2);
    }

    [Fact]
    public async Task Pages_hold_every_row_once_while_others_are_inserted()
    {
        await using var node = await LedgerNode.StartAsync(backend);

        // Five rows share each instant, so that pages end in the middle of one.
        var rows = Enumerable.Range(0, 100).Select(i => LedgerEntries.At(LedgerEntries.Begin.AddSeconds(i / 5))).ToArray();
        await Task.WhenAll(rows.Select(node.CommitAsync));

        var read = new List<LedgerEntry>();
        var query = Everything with { Limit = 7 };
        while (true)
        {
            var page = await node.Store.ListAsync(query, CancellationToken.None);
            read.AddRange(page.Rows);
            if (page.Next is null)
            {
                break;
            }

            page.Rows.Count.ShouldBe(7);
            LedgerCursor.TryParse(page.Next.ToString(), out var next).ShouldBeTrue();
            query = query with { After = next };
            await node.CommitAsync(LedgerEntries.At(LedgerEntries.Begin.AddDays(1)));
        }

        read.ShouldBe(rows.OrderByDescending(row => row.At).ThenByDescending(row => row.RequestId, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Filters_combine_and_the_end_of_a_span_is_outside_it()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        var rows = Enumerable.Range(0, 40)
            .Select(i => LedgerEntries.At(LedgerEntries.Begin.AddHours(i), tenant: i % 2, key: i % 4, model: i % 3 == 0 ? "gpt-4-v" : "gpt-4o"))
            .Reverse()
            .ToArray();
        await Task.WhenAll(rows.Select(node.CommitAsync));

        (await node.ReadAllAsync(Everything with { Tenant = rows[0].TenantId.Value })).ShouldBe(rows.Where(row => row.TenantId == rows[0].TenantId));
        (await node.ReadAllAsync(Everything with { Key = rows[1].KeyId.Value, Limit = 3 })).ShouldBe(rows.Where(row => row.KeyId == rows[1].KeyId));
        (await node.ReadAllAsync(Everything with { From = rows[9].At, To = rows[3].At, Model = "gpt-4-v" }))
            .ShouldBe(rows[4..10].Where(row => row.Model == "gpt-4-v"));
        (await node.ReadAllAsync(Everything with { Tenant = "' or 1 = 1 --" })).ShouldBeEmpty();
        (await node.ReadAllAsync(Everything with { Key = "x'; drop table ledger; --" })).ShouldBeEmpty();
        (await node.CountAsync()).ShouldBe(40);
    }

    [Fact]
    public async Task Statement_hidden_in_a_row_is_text()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        var entry = LedgerEntries.At(LedgerEntries.Begin) with { EndUser = "'); drop table ledger; --", TenantId = new TenantId("\"'$1@tenant?") };

        await node.CommitAsync(entry);

        (await node.ReadAllAsync(Everything with { Tenant = entry.TenantId.Value })).ShouldBe([entry]);
    }

    /// <summary>Run by hand: how many rows a second, and what each costs. With a key for each writer nearly every row of a group adds to a daily sum of its own.</summary>
    [Theory(Explicit = true)]
    [InlineData(8)]
    [InlineData(256)]
    public async Task Throughput(int keys)
    {
        await using var node = await LedgerNode.StartAsync(backend);
        for (var run = 0; run < 4; run++)
        {
            const int Each = 200;
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var start = TimeProvider.System.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, 256).Select(writer => Task.Run(async () =>
            {
                for (var i = 0; i < Each; i++)
                {
                    await node.CommitAsync(LedgerEntries.At(TimeProvider.System.GetUtcNow(), tenant: writer % keys % 50, key: writer % keys));
                }
            })));
            var elapsed = TimeProvider.System.GetElapsedTime(start);
            var cpu = Process.GetCurrentProcess().TotalProcessorTime - before;
            var count = 256 * Each;
            TestContext.Current.TestOutputHelper?.WriteLine($"{backend}, {keys} keys: {count / elapsed.TotalSeconds:N0} rows/s, {cpu.TotalMicroseconds / count:N2} us CPU a row");
        }
    }
}
