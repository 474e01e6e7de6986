using Gateway.Backends.Tests.Storage;
using Gateway.Cli;
using Gateway.Core.Pricing;
using Gateway.Ledger;
using Gateway.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Ledger;

/// <summary><c>gateway ledger verify</c> over books that are right, and over books that somebody changed.</summary>
public abstract class LedgerVerifySuite(Backend backend)
{
    private const int Count = 2500;
    private const long FirstDay = 20483; // 2026-01-30, as days since 1970.

    private static readonly DateTimeOffset SecondDay = RandomRows.Begin.AddDays(1);

    private readonly LedgerEntry[] _rows = [.. new RandomRows(seed: 9).Next(Count).OrderByDescending(row => row.RequestId, StringComparer.Ordinal)];

    // Of the second day, with an amount, and not at its end.
    private LedgerEntry Charged => _rows.First(row => row.At >= SecondDay && row.At < SecondDay.AddHours(23) && row.Amount.NanoUsd > 0 && row.Model == "gpt-4o");

    private string ItsDay => $"2026-01-31 {Charged.TenantId.Value} {Charged.KeyId.Value} gpt-4o";

    private LedgerEntry[] OfItsDay => [.. _rows.Where(row => row.At >= SecondDay && row.At < SecondDay.AddDays(1) && row.KeyId == Charged.KeyId && row.Model == "gpt-4o")];

    [Fact]
    public async Task Books_that_are_right_have_no_difference()
    {
        await using var test = await WriteAsync();

        var (code, lines, errors) = await VerifyAsync(test.Options);

        errors.ShouldBeEmpty();
        code.ShouldBe(0);

        // 3 days x 12 keys x 3 models.
        lines.ShouldBe([$"{Count} rows: no difference. 108 daily sums: no difference. 0 accounts: no difference."]);
    }

    [Fact]
    public async Task Amount_that_somebody_changed_is_told_with_what_it_should_be()
    {
        await using var test = await WriteAsync();
        await ChangeAsync(test, $"update ledger set amount_nano_usd = amount_nano_usd + 1 where request_id = '{Charged.RequestId}'");
        await ChangeAsync(test, $"update ledger set list_amount_nano_usd = -1 where request_id = '{_rows[^1].RequestId}'");

        var (code, lines, _) = await VerifyAsync(test.Options);

        code.ShouldBe(1);
        lines[0].ShouldBe($"{Charged.RequestId} amount: {Charged.Amount + new Money(1)} stored, {Charged.Amount} computed");
        lines[1].ShouldBe($"{_rows[^1].RequestId} list_amount: -0.000000001 stored, {_rows[^1].ListAmount} computed");
        lines.ShouldContain(line => line.StartsWith($"{ItsDay} amount: ", StringComparison.Ordinal));
        lines[^1].ShouldBe($"{Count} rows: 2 differences. 108 daily sums: 2 differences. 0 accounts: no difference.");
    }

    [Fact]
    public async Task Tokens_price_and_outcome_that_somebody_changed_are_told()
    {
        await using var test = await WriteAsync();
        var free = _rows.First(row => row.Price == "{}");
        var priced = _rows.Where(row => row.Amount.NanoUsd > 0).ToArray();
        await ChangeAsync(test, $$"""update ledger set price = '{"input":"1"}' where request_id = '{{free.RequestId}}'""");
        await ChangeAsync(test, $"update ledger set outcome = 'paid' where request_id = '{priced[0].RequestId}'");
        await ChangeAsync(test, $"update ledger set prompt_tokens = 0, completion_tokens = 0, output_images = 0, seconds = 0, characters = 0 where request_id = '{priced[1].RequestId}'");

        var (code, lines, _) = await VerifyAsync(test.Options);

        code.ShouldBe(1);
        lines.ShouldContain($$"""{{free.RequestId}} price: {"input":"1"} stored, no price that can be read computed""");
        lines.ShouldContain($"{priced[0].RequestId} outcome: paid stored, no outcome that there is computed");
        lines.ShouldContain($"{priced[1].RequestId} amount: {priced[1].Amount} stored, 0 computed");
    }

    [Fact]
    public async Task Daily_sums_that_are_wrong_missing_or_too_many_are_told()
    {
        await using var test = await WriteAsync();
        await ChangeAsync(
            test,
            $"update usage_daily set requests = requests + 1, images = -1, amount_nano_usd = amount_nano_usd - 1 where day = {FirstDay + 1} and key_id = '{Charged.KeyId.Value}' and model = 'gpt-4o'");
        await ChangeAsync(test, "insert into usage_daily values (20000, 'ten_x', 'key_x', 'm', 1, 2, 3, 4, 5, 6, 7, 8, 9)");
        await ChangeAsync(test, $"delete from usage_daily where day = {FirstDay} and tenant_id = '{Charged.TenantId.Value}'");

        var (code, lines, _) = await VerifyAsync(test.Options);

        code.ShouldBe(1);
        lines[0].ShouldBe("2024-10-04 ten_x key_x m requests: 1 stored, 0 computed");
        lines[8].ShouldBe("2024-10-04 ten_x key_x m list_amount: 0.000000009 stored, 0 computed");
        lines.ShouldContain($"{ItsDay} requests: {OfItsDay.Length + 1} stored, {OfItsDay.Length} computed");
        lines.ShouldContain($"{ItsDay} images: -1 stored, {OfItsDay.Sum(row => row.Images)} computed");
        lines.Count(line => line.StartsWith($"{ItsDay} ", StringComparison.Ordinal)).ShouldBe(3);

        // 3 keys x 3 models of the tenant on that day.
        lines.Count(line => line.StartsWith($"2026-01-30 {Charged.TenantId.Value} ", StringComparison.Ordinal) && line.Contains(" requests: 0 stored", StringComparison.Ordinal)).ShouldBe(9);
        lines[^1].ShouldStartWith($"{Count} rows: no difference. 100 daily sums: ");
    }

    [Fact]
    public async Task Tenant_and_span_are_all_that_is_looked_at()
    {
        await using var test = await WriteAsync();
        await ChangeAsync(test, $"update ledger set amount_nano_usd = 0 where request_id = '{Charged.RequestId}'");
        var other = _rows.First(row => row.TenantId != Charged.TenantId).TenantId;

        (await VerifyAsync(test.Options, "--tenant", other.Value)).Lines
            .ShouldBe([$"{_rows.Count(row => row.TenantId == other)} rows: no difference. 27 daily sums: no difference. 0 accounts: no difference."]);
        (await VerifyAsync(test.Options, "--tenant", Charged.TenantId.Value)).Code.ShouldBe(1);
        (await VerifyAsync(test.Options, "--to", "2026-01-31")).Code.ShouldBe(0);
        (await VerifyAsync(test.Options, "--from", "2026-02-01T00:00:00Z")).Code.ShouldBe(0);
        (await VerifyAsync(test.Options, "--from", "2026-01-31", "--to", "2026-02-01")).Lines[^1].ShouldEndWith(" rows: 1 difference. 36 daily sums: 1 difference. 0 accounts: no difference.");

        // Neither day is whole in this span: the row is looked at, and no sum.
        (await VerifyAsync(test.Options, "--from", "2026-01-30T00:00:01Z", "--to", "2026-01-31T23:59:59.999999Z")).Lines[^1]
            .ShouldEndWith(" rows: 1 difference. 0 daily sums: no difference. 0 accounts: no difference.");
    }

    [Theory]
    [InlineData("'--tenant' is not known here, given twice, or lacks its value", "--tenant")]
    [InlineData("'--all' is not known here", "--all", "yes")]
    [InlineData("--from 'yesterday'", "--from", "yesterday")]
    [InlineData("--from '2026-01-02' is given twice", "--from", "2026-01-01", "--from", "2026-01-02")]
    [InlineData("--to must be later", "--from", "2026-01-02", "--to", "2026-01-01")]
    public async Task Mistake_is_told(string message, params string[] arguments)
    {
        var (code, lines, errors) = await VerifyAsync(new StorageOptions(), arguments);

        code.ShouldBe(2);
        lines.ShouldBeEmpty();
        errors.ShouldContain(message);
        errors.ShouldContain("gateway ledger verify");
    }

    [Fact]
    public async Task Database_without_sums_or_of_a_later_gateway_is_refused()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        await ChangeAsync(test, "insert into schema_migrations (version, name, applied_at) values (9999, 'later', 0)");
        var later = await VerifyAsync(test.Options);
        await ChangeAsync(test, "delete from schema_migrations where version > 3");
        var earlier = await VerifyAsync(test.Options);

        (later.Code, earlier.Code).ShouldBe((2, 2));
        later.Errors.ShouldContain("9999");
        earlier.Errors.ShouldContain("version 3");
        earlier.Errors.ShouldContain("Start this gateway on it once");
    }

    [Fact]
    public async Task Database_that_is_not_there_is_told_by_its_setting_and_not_made()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"gateway-none-{Guid.NewGuid():N}");
        var missing = backend == Backend.Sqlite
            ? new StorageOptions { DataDirectory = folder }
            : new StorageOptions { Postgres = "Host=127.0.0.1;Port=1;Username=u;Password=secret-word;Database=d;Timeout=1" };

        var (code, _, errors) = await VerifyAsync(missing);

        code.ShouldBe(2);
        errors.ShouldContain(backend == Backend.Sqlite ? StorageOptions.DataDirectoryKey : StorageOptions.PostgresKey);
        errors.ShouldNotContain("secret-word");
        Directory.Exists(folder).ShouldBeFalse();
    }

    [Fact]
    public async Task Setting_that_is_wrong_is_told()
    {
        var (code, _, errors) = await VerifyAsync(new StorageOptions { Postgres = "Database=gateway" });

        code.ShouldBe(2);
        errors.ShouldContain($"{StorageOptions.PostgresKey} is 'Host=;");
    }

    [Fact]
    public async Task Verifying_beside_a_gateway_that_writes_finds_no_difference()
    {
        await using var node = await LedgerNode.StartAsync(backend);
        var writing = Task.Run(async () =>
        {
            foreach (var chunk in _rows.Chunk(50))
            {
                await Task.WhenAll(chunk.Select(node.CommitAsync));
            }
        });

        var differences = new List<LedgerDifference>();
        do
        {
            differences.AddRange(await new LedgerAudit(node.Database).AmountsAsync(null, null, null, CancellationToken.None).ToListAsync());
            differences.AddRange(await new UsageAudit(node.Database).SumsAsync(null, null, null, CancellationToken.None).ToListAsync());
        }
        while (!writing.IsCompleted);

        await writing;
        differences.ShouldBeEmpty();
    }

    private async Task<TestDatabase> WriteAsync()
    {
        var test = await TestDatabase.CreateMigratedAsync(backend);
        var database = test.Open();
        using var writer = new LedgerWriter(database, LedgerRegistration.SinkFor(database), TimeProvider.System, NullLogger<LedgerWriter>.Instance);
        await writer.StartAsync(CancellationToken.None);
        await Task.WhenAll(_rows.Select(row => writer.CommitAsync(row, CancellationToken.None).AsTask()));
        await writer.StopAsync(CancellationToken.None);
        return test;
    }

    private static Task<int> ChangeAsync(TestDatabase test, string sql) =>
        test.Open().WriteAsync(session => session.ExecuteAsync(sql, [], CancellationToken.None), CancellationToken.None);

    private static async Task<(int Code, string[] Lines, string Errors)> VerifyAsync(StorageOptions options, params string[] arguments)
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([new(StorageOptions.DataDirectoryKey, options.DataDirectory), new(StorageOptions.PostgresKey, options.Postgres)])
            .Build();
        await using var output = new StringWriter { NewLine = "\n" };
        await using var errors = new StringWriter { NewLine = "\n" };
        var code = await LedgerVerifyCommand.RunAsync(arguments, settings, output, errors, CancellationToken.None);
        return (code, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), errors.ToString());
    }
}
