using System.Diagnostics.Metrics;
using Gateway.Backends.Tests.Storage;
using Gateway.Ledger;
using Gateway.Ledger.Spooling;
using Gateway.Storage;
using Gateway.Telemetry;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Ledger.Spooling;

/// <summary>The writer, its spool and a database that comes and goes: nothing is lost, nothing doubled, and the order stays.</summary>
public abstract class SpoolSuite(Backend backend) : IAsyncLifetime
{
    private readonly TemporaryFolder _own = new();
    private TestDatabase _test = null!; // Set before any test runs.
    private Database _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _test = await TestDatabase.CreateMigratedAsync(backend);
        _database = _test.Open();
    }

    public async ValueTask DisposeAsync()
    {
        await _test.DisposeAsync();
        _own.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Rows_of_an_outage_are_durable_at_once_and_in_the_database_after_it_in_their_order()
    {
        await using var node = await StartAsync();
        var rows = Rows(60);
        await node.CommitAsync(rows[..20]);

        node.Sink.Fault = SpoolNode.Outage(backend);
        await node.CommitAsync(rows[20..50]);
        node.Writer.IsDown.ShouldBeTrue();
        node.Spool.Rows.ShouldBe(30);
        node.Sink.Fault = null;
        await node.DrainedAsync(Ct);

        node.Writer.IsDown.ShouldBeFalse();
        await node.CommitAsync(rows[50..]);
        node.Spool.Rows.ShouldBe(0);
        node.Data.Files(".spool").ShouldBeEmpty();
        node.Written.ShouldBe(rows.Select(row => row.RequestId));
        await node.ShouldHoldAsync(rows);
        node.Logs.Lines.Count(line => line.Contains("are spooled to", StringComparison.Ordinal)).ShouldBe(1);
        node.Logs.Lines.Where(line => line.Contains("drained", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain("30 ledger rows are in the database, 0 were set aside");
    }

    [Fact]
    public async Task Whoever_learns_that_a_row_is_spooled_finds_that_the_database_is_down()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var told = new List<(bool IsSpooling, bool IsDown)>();
        await using var node = await StartAsync(metrics: new GatewayMetrics(meters, TimeProvider.System));
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name == "gateway.ledger.commit.duration" && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };

        // Told on the writer's thread, right behind those who wait.
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => told.Add((node.Writer.IsSpooling, node.Writer.IsDown)));
        listener.Start();
        node.Sink.Fault = SpoolNode.Outage(backend);
        await Task.WhenAll(Rows(3).Select(node.CommitAsync));
        await node.StopAsync();

        told.Take(3).ShouldBe([(true, true), (true, true), (true, true)]);
    }

    [Fact]
    public async Task Many_who_commit_at_once_over_many_outages_lose_and_double_nothing()
    {
        await using var node = await StartAsync(new LedgerOptions { WhenDatabaseIsDown = "spool" });
        var rows = Enumerable.Range(0, 32).Select(_ => Rows(60)).ToArray();
        var committing = Task.WhenAll(rows.Select(own => Task.Run(() => node.CommitAsync(own), Ct)));

        var flips = 0;
        while (!committing.IsCompleted)
        {
            node.Sink.Fault = flips++ % 2 == 0 ? SpoolNode.Outage(backend) : null;
            await Task.WhenAny(committing, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Ct));
        }

        await committing;
        node.Sink.Fault = null;
        while (node.Spool.Rows > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Ct);
        }

        await node.StopAsync();
        await node.ShouldHoldAsync(rows.SelectMany(own => own));
        foreach (var own in rows)
        {
            // What waited for one another is in the order in which it waited.
            var mine = own.Select(row => row.RequestId).ToHashSet(StringComparer.Ordinal);
            node.Written.Where(mine.Contains).ShouldBe(own.Select(row => row.RequestId));
        }
    }

    [Fact]
    public async Task Rows_are_spooled_while_a_replay_waits_for_the_database()
    {
        await using var node = await StartAsync();
        var rows = Rows(1200);
        node.Sink.Fault = SpoolNode.Outage(backend);
        await Task.WhenAll(rows[..1100].Select(node.CommitAsync));

        node.Sink.Close();
        node.Sink.Fault = null;
        await node.Sink.Reached.Task.WaitAsync(Ct);
        await Task.WhenAll(rows[1100..].Select(node.CommitAsync)).WaitAsync(Ct);
        node.Spool.Rows.ShouldBe(1200);
        node.Sink.Open();

        await node.DrainedAsync(Ct);
        await node.ShouldHoldAsync(rows);
    }

    [Fact]
    public async Task Crash_before_the_replay_leaves_it_to_the_next_start()
    {
        var rows = Rows(700);
        TemporaryFolder crashed;
        await using (var node = await StartAsync())
        {
            node.Sink.Fault = SpoolNode.Outage(backend);
            await Task.WhenAll(rows.Select(node.CommitAsync));
            crashed = node.Data.CopyOfSpool();
            await node.StopAsync();
            node.Logs.Lines.ShouldContain(line => line.Contains("700 ledger rows stay in", StringComparison.Ordinal));
        }

        using (crashed)
        {
            await using var next = await SpoolNode.StartAsync(_database, _test.Options, crashed);
            await next.DrainedAsync(Ct);
            next.Logs.Lines.ShouldContain(line => line.Contains("700 ledger rows of an earlier run", StringComparison.Ordinal));
            await next.StopAsync();
            crashed.Files(".spool").ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Crash_in_the_middle_of_a_replay_doubles_nothing()
    {
        var rows = Rows(900);
        await using var node = await StartAsync();
        node.Sink.Fault = SpoolNode.Outage(backend);
        await Task.WhenAll(rows.Select(node.CommitAsync));
        using var crashed = node.Data.CopyOfSpool();
        node.Sink.Fault = null;
        await node.DrainedAsync(Ct);

        // All is in the database, and in the segment still: the crash came before the file was deleted.
        await using var next = await SpoolNode.StartAsync(_database, _test.Options, crashed);
        await next.DrainedAsync(Ct);
        await next.StopAsync();

        await node.ShouldHoldAsync(rows);
    }

    [Fact]
    public async Task Row_that_the_database_refuses_is_set_aside_and_blocks_nothing()
    {
        await using var node = await StartAsync();
        var rows = Rows(10);
        var poison = LedgerEntries.At(LedgerEntries.Begin) with { Endpoint = null! };
        node.Sink.Fault = SpoolNode.Outage(backend);
        await node.CommitAsync([.. rows[..5], poison, .. rows[5..]]);
        (await node.VerifyAsync()).Code.ShouldBe(3);
        (await node.VerifyAsync()).Output.ShouldContain("11 rows wait for the database, 0 were refused by it, 0 damaged files");

        node.Sink.Fault = null;
        await node.DrainedAsync(Ct);

        node.Written.ShouldBe(rows.Select(row => row.RequestId));
        await node.ShouldHoldAsync(rows, exitCode: 3);
        (await node.VerifyAsync()).Output.ShouldContain("0 rows wait for the database, 1 were refused by it");
        (await File.ReadAllTextAsync(node.Data.Files(".refused").ShouldHaveSingleItem(), Ct)).ShouldContain(poison.RequestId);
        node.Logs.Lines.ShouldContain(line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains(poison.RequestId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damage_and_records_of_a_later_gateway_are_set_aside_and_block_nothing()
    {
        var rows = Rows(4);
        var (damaged, records) = (SpoolRecordTests.Write(rows[1]), rows.Select(SpoolRecordTests.Write).ToArray());
        damaged[100] ^= 1;
        using var data = new TemporaryFolder();
        Directory.CreateDirectory(data.Spool);
        await File.WriteAllBytesAsync(Path.Combine(data.Spool, "0000000000000003.spool"), [.. records[0], .. damaged, .. "1 00000002 9a2b3c4d {}\n"u8, .. records[2]], Ct);
        await File.WriteAllBytesAsync(Path.Combine(data.Spool, "0000000000000004.spool"), records[3], Ct);

        await using var node = await SpoolNode.StartAsync(_database, _test.Options, data);
        await node.DrainedAsync(Ct);

        node.Written.ShouldBe([rows[0].RequestId, rows[2].RequestId, rows[3].RequestId]);
        (await File.ReadAllBytesAsync(data.Files(".damaged").ShouldHaveSingleItem(), Ct)).AsSpan().StartsWith(damaged).ShouldBeTrue();
        data.Files(".spool").ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_the_spool_fails_too_rows_fail_as_without_one()
    {
        await using var node = await StartAsync(new LedgerOptions { WhenDatabaseIsDown = "spool" });
        Directory.Delete(node.Data.Spool, recursive: true);
        node.Sink.Fault = SpoolNode.Outage(backend);

        await Should.ThrowAsync<LedgerUnavailableException>(node.CommitAsync(LedgerEntries.At(LedgerEntries.Begin)));
        node.Writer.IsDown.ShouldBeTrue();

        node.Sink.Fault = null;
        var row = Rows(1)[0];
        await node.CommitAsync(row);
        node.Writer.IsDown.ShouldBeFalse();
        await node.ShouldHoldAsync([row]);
    }

    [Fact]
    public async Task Spool_that_vanishes_and_comes_back_is_drained()
    {
        using var data = new TemporaryFolder();
        Directory.CreateDirectory(data.Spool);
        var old = Rows(600);
        await File.WriteAllBytesAsync(Path.Combine(data.Spool, "0000000000000001.spool"), [.. old.SelectMany(SpoolRecordTests.Write)], Ct);
        await using var node = await SpoolNode.StartAsync(_database, _test.Options, data, sink: sink => sink.Fault = SpoolNode.Outage(backend));
        Directory.Move(data.Spool, data.Spool + "-away");
        var lost = LedgerEntries.At(LedgerEntries.Begin);
        await Should.ThrowAsync<LedgerUnavailableException>(node.CommitAsync(lost));
        Directory.Move(data.Spool + "-away", data.Spool);
        node.Sink.Fault = null;

        await node.DrainedAsync(Ct);
        await node.ShouldHoldAsync(old);
    }

    [Fact]
    public async Task Spool_that_fails_while_it_is_drained_leaves_rows_to_the_database()
    {
        using var data = new TemporaryFolder();
        Directory.CreateDirectory(data.Spool);
        var rows = Rows(601);
        await File.WriteAllBytesAsync(Path.Combine(data.Spool, "0000000000000001.spool"), [.. rows[..600].SelectMany(SpoolRecordTests.Write)], Ct);
        await using var node = await SpoolNode.StartAsync(_database, _test.Options, data, sink: sink => sink.Close());
        await node.Sink.Reached.Task.WaitAsync(Ct);
        Directory.Move(data.Spool, data.Spool + "-away");

        var commit = node.CommitAsync(rows[600]);
        node.Sink.Open();
        await commit.WaitAsync(Ct);
        await node.DrainedAsync(Ct);

        await node.ShouldHoldAsync(rows);
        node.Writer.IsDown.ShouldBeFalse();
    }

    [Fact]
    public async Task Policy_says_whether_new_requests_are_taken_and_the_bound_of_the_spool_ends_it()
    {
        await using var node = await StartAsync(new LedgerOptions { WhenDatabaseIsDown = "spool", MaxSpoolBytes = 20_000 });
        node.Sink.Fault = SpoolNode.Outage(backend);
        var rows = Rows(40);

        await node.CommitAsync(rows[..5]);
        node.Writer.IsDown.ShouldBeFalse();
        await node.CommitAsync(rows[5..30]);
        node.Writer.IsDown.ShouldBeTrue();

        // Those in flight go beyond it.
        await node.CommitAsync(rows[30..]);
        node.Spool.Rows.ShouldBe(40);
        node.Sink.Fault = null;
        await node.DrainedAsync(Ct);
        node.Writer.IsDown.ShouldBeFalse();
        await node.ShouldHoldAsync(rows);
    }

    [Fact]
    public async Task Stopping_drains_the_spool_where_the_database_is_back()
    {
        var clock = new ManualClock();
        await using var node = await StartAsync(time: clock);
        var rows = Rows(1500);
        node.Sink.Fault = SpoolNode.Outage(backend);
        await Task.WhenAll(rows.Select(node.CommitAsync));
        while (clock.TimerCount == 0)
        {
            // The replay has failed, and rests until the clock is moved.
            await Task.Yield();
        }

        node.Sink.Fault = null;
        node.Sink.Close();
        clock.Advance(TimeSpan.FromSeconds(1));
        await node.Sink.Reached.Task.WaitAsync(Ct);
        await node.StopAsync();

        node.Data.Files(".spool").ShouldBeEmpty();
        await node.ShouldHoldAsync(rows);
    }

    [Fact]
    public async Task Buffered_answers_end_before_their_rows_are_durable_up_to_a_number()
    {
        await using var node = await StartAsync(new LedgerOptions { Durability = "buffered" }, new ManualClock());
        node.Sink.Close();

        var rows = Rows(LedgerWriter.MaxBuffered + 1);
        var (ahead, last) = (rows[..^1], rows[^1]);
        ahead.Select(node.CommitAsync).ShouldAllBe(commit => commit.IsCompletedSuccessfully);
        var waiting = node.CommitAsync(last);
        await node.Sink.Reached.Task.WaitAsync(Ct);
        waiting.IsCompleted.ShouldBeFalse();
        node.Sink.Open();

        await waiting;
        await node.ShouldHoldAsync(rows);
        node.CommitAsync(LedgerEntries.At(LedgerEntries.Begin)).IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Buffered_answers_wait_once_the_oldest_row_that_is_not_durable_is_old()
    {
        var clock = new ManualClock();
        await using var node = await StartAsync(new LedgerOptions { Durability = "buffered" }, clock);
        node.Sink.Close();
        var rows = Rows(3);
        node.CommitAsync(rows[0]).IsCompletedSuccessfully.ShouldBeTrue();
        await node.Sink.Reached.Task.WaitAsync(Ct);

        clock.Advance(LedgerWriter.BufferedFor - TimeSpan.FromTicks(1));
        node.CommitAsync(rows[1]).IsCompletedSuccessfully.ShouldBeTrue();
        clock.Advance(TimeSpan.FromTicks(1));
        var waiting = node.CommitAsync(rows[2]);
        waiting.IsCompleted.ShouldBeFalse();
        node.Sink.Open();

        await waiting;
        await node.ShouldHoldAsync(rows);
    }

    [Fact]
    public async Task Buffered_row_that_the_database_refuses_is_set_aside()
    {
        await using var node = await StartAsync(new LedgerOptions { Durability = "buffered" }, new ManualClock());
        var poison = LedgerEntries.At(LedgerEntries.Begin) with { Endpoint = null! };

        await node.CommitAsync(poison);
        await node.StopAsync();

        (await File.ReadAllTextAsync(node.Data.Files(".refused").ShouldHaveSingleItem(), Ct)).ShouldContain(poison.RequestId);
        node.Logs.Lines.ShouldNotContain(line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Buffered_row_that_neither_takes_is_told_with_its_amount()
    {
        await using var node = await StartAsync(new LedgerOptions { Durability = "buffered" }, new ManualClock());
        Directory.Delete(node.Data.Spool, recursive: true);
        node.Sink.Fault = SpoolNode.Outage(backend);

        var row = LedgerEntries.At(LedgerEntries.Begin);
        await node.CommitAsync(row);
        await node.StopAsync();

        node.Writer.IsDown.ShouldBeTrue();
        node.Logs.Lines.ShouldContain(line => line.StartsWith("Critical", StringComparison.Ordinal) && line.Contains($"{row.RequestId} over {row.Amount.NanoUsd}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Folder_that_cannot_be_used_stops_the_start_where_the_policy_needs_it()
    {
        using var data = new TemporaryFolder();
        await File.WriteAllTextAsync(data.Spool, "a file where the folder should be", Ct);

        var refusal = await Should.ThrowAsync<StorageUnavailableException>(
            SpoolNode.StartAsync(_database, _test.Options, data, new LedgerOptions { WhenDatabaseIsDown = "spool" }));
        refusal.Message.ShouldStartWith($"{StorageOptions.DataDirectoryKey} = '{data.Path}': ledger rows cannot be spooled there: ");
        refusal.Message.ShouldContain("or set Gateway:Ledger:WhenDatabaseIsDown to 'refuse'");

        await using var node = await SpoolNode.StartAsync(_database, _test.Options, data);
        node.Logs.Lines.ShouldContain(line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("answers are withheld", StringComparison.Ordinal));
        node.Sink.Fault = SpoolNode.Outage(backend);
        await Should.ThrowAsync<LedgerUnavailableException>(node.CommitAsync(LedgerEntries.At(LedgerEntries.Begin)));
    }

    // With amounts that their price makes, so that the books can be verified.
    private static LedgerEntry[] Rows(int count) => new RandomRows(seed: 5).Next(count);

    // SQLite's file and the spool lie in the same folder, as they do when the gateway runs.
    private Task<SpoolNode> StartAsync(LedgerOptions? options = null, TimeProvider? time = null, GatewayMetrics? metrics = null) =>
        SpoolNode.StartAsync(
            _database, _test.Options, _test.Options.Postgres is null ? TemporaryFolder.Existing(_test.Options.DataDirectory) : _own, options, time, metrics: metrics);
}
