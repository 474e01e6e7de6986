using System.Data.Common;
using System.Runtime.CompilerServices;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Storage;

namespace Gateway.Ledger;

/// <summary>
/// Computes every amount of the ledger again from its own row's price, tokens and outcome, by the biller that made it, and every daily sum from the rows of
/// its day. Reads only, a page at a time, beside a gateway that goes on writing.
/// </summary>
internal sealed class LedgerAudit(Database database)
{
    /// <summary>The first version of the schema that has accounts, and knows what was dropped.</summary>
    public const long SchemaVersion = 7;

    private const int PageRows = 1000;
    private const int MostPrices = 1000;

    private const string SelectVersion = "select max(version) from schema_migrations";

    private const string SelectRows =
        "select request_id, outcome, prompt_tokens, cached_tokens, cache_write_tokens, audio_input_tokens, image_tokens, "
        + "completion_tokens, reasoning_tokens, audio_output_tokens, image_output_tokens, output_images, seconds, characters, price, amount_nano_usd, list_amount_nano_usd, reverses "
        + "from ledger where 1 = 1";

    private const string NewestFirst = " order by request_id desc limit @limit";

    private readonly Dictionary<string, ModelPrice?> _prices = [];

    /// <summary>Rows looked at so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Why this database cannot be audited, or null.</summary>
    public async Task<string?> WhyNotAsync(CancellationToken cancellationToken)
    {
        var version = (await database.ListAsync(SelectVersion, row => row.IsDBNull(0) ? 0 : row.GetInt64(0), [], cancellationToken))[0];
        return version < SchemaVersion
            ? $"{database.Dialect.Setting}: the database is of version {version}, which has no daily sums or accounts yet. Start this gateway on it once, which brings it up to date."
            : version > Migration.All[^1].Version
            ? $"{database.Dialect.Setting}: the database was migrated to version {version} by a later gateway. Verify it with that one."
            : null;
    }

    /// <summary>Rows whose amounts are not what their price makes of them, newest first.</summary>
    /// <param name="tenant">Its rows alone; null for all.</param>
    /// <param name="from">Included.</param>
    /// <param name="to">Not included.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<LedgerDifference> AmountsAsync(
        string? tenant, DateTimeOffset? from, DateTimeOffset? to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LedgerCursor? after = null;
        while (true)
        {
            var (conditions, arguments) = LedgerFilter.Compose(new LedgerQuery(tenant, null, null, from, to, after, PageRows));
            var page = await database.ListAsync(
                SelectRows + conditions + NewestFirst, Read, [.. arguments, new SqlArgument("@limit", PageRows)], cancellationToken);
            Rows += page.Count;
            foreach (var difference in page.SelectMany(Check))
            {
                yield return difference;
            }

            if (page.Count < PageRows)
            {
                yield break;
            }

            after = new LedgerCursor(page[^1].RequestId);
        }
    }

    private IEnumerable<LedgerDifference> Check(AuditedRow row)
    {
        if (row.Reverses is not null)
        {
            // It gives back; how much, an operator said. That it is no more than there was to give is checked with the accounts.
            if (row.Amount > Money.Zero || row.Usage != default)
            {
                yield return new LedgerDifference(row.RequestId, "amount", row.Amount.ToString(), "a reversal, which uses nothing and costs nothing");
            }
        }
        else if (PriceOf(row.Price) is not { } price)
        {
            yield return new LedgerDifference(row.RequestId, "price", row.Price, "no price that can be read");
        }
        else if (OutcomeOf(row.Outcome) is not { } outcome)
        {
            yield return new LedgerDifference(row.RequestId, "outcome", row.Outcome, "no outcome that there is");
        }
        else
        {
            var charge = Bill.ChargeOf(row.Usage, outcome, price);
            if (charge.Amount != row.Amount)
            {
                yield return new LedgerDifference(row.RequestId, "amount", row.Amount.ToString(), charge.Amount.ToString());
            }

            if (charge.ListAmount != row.ListAmount)
            {
                yield return new LedgerDifference(row.RequestId, "list_amount", row.ListAmount.ToString(), charge.ListAmount.ToString());
            }
        }
    }

    // A ledger has few prices and many rows.
    private ModelPrice? PriceOf(string json)
    {
        if (!_prices.TryGetValue(json, out var price))
        {
            if (_prices.Count == MostPrices)
            {
                _prices.Clear();
            }

            _prices[json] = price = ModelPrice.TryParse(json, out var read) ? read : null;
        }

        return price;
    }

    private static AnswerOutcome? OutcomeOf(string text)
    {
        foreach (var outcome in Enum.GetValues<AnswerOutcome>())
        {
            if (LedgerText.Of(outcome) == text)
            {
                return outcome;
            }
        }

        return null;
    }

    private static AuditedRow Read(DbDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        new Usage
        {
            PromptTokens = row.GetInt64(2),
            CachedTokens = row.GetInt64(3),
            CacheWriteTokens = row.GetInt64(4),
            AudioInputTokens = row.GetInt64(5),
            ImageInputTokens = row.GetInt64(6),
            CompletionTokens = row.GetInt64(7),
            ReasoningTokens = row.GetInt64(8),
            AudioOutputTokens = row.GetInt64(9),
            ImageOutputTokens = row.GetInt64(10),
            OutputImages = row.GetInt64(11),
            Seconds = row.GetInt64(12),
            Characters = row.GetInt64(13),
        },
        row.GetString(14),
        new Money(row.GetInt64(15)),
        new Money(row.GetInt64(16)),
        row.TextOrNull(17));
}
