using Gateway.Keys;

namespace Gateway.Cli;

/// <summary>An option of a command, which takes a value.</summary>
/// <param name="Value">What stands for the value in the help.</param>
/// <param name="Means">What it does, its unit, and what holds without it.</param>
internal sealed record CliOption(string Value, string Means)
{
    private static readonly Dictionary<string, CliOption> All = new(StringComparer.Ordinal)
    {
        ["--name"] = new("NAME", "1 to 200 characters; names need not be unique"),
        ["--tier"] = new("TIER", "a tier of the catalog; without it no limits but its own"),
        ["--mode"] = new($"{BillingText.Postpaid}|{BillingText.Prepaid}", $"whether requests need credit; {BillingText.Postpaid} where none is given"),
        ["--monthly-budget"] = new("USD", "US dollars for a calendar month in UTC, as 12.50; without it no budget"),
        ["--disconnect"] = new($"{DisconnectText.Drain}|{DisconnectText.Cancel}", $"what becomes of requests whose client goes; {DisconnectText.Drain} where none is given"),
        ["--limits"] = new("JSON", """requests and tokens a minute, requests at once: '{"requests_per_minute":300,"tokens_per_minute":15000,"concurrent_requests":50,"models":{"gpt-4o":{"requests_per_minute":60}}}'"""),
        ["--role"] = new($"{RoleText.Member}|{RoleText.Viewer}|{RoleText.Admin}|{RoleText.Owner}", $"what the key may do on the admin API; {RoleText.Member} (nothing) where none is given"),
        ["--allowed-models"] = new("MODEL,MODEL*", "models, or beginnings with *, with commas between; without it all"),
        ["--allowed-ips"] = new("ADDRESS,CIDR", "addresses and ranges that it works from, with commas between; without it anywhere"),
        ["--expires-at"] = new("TIME", "when it ends, in the future: 2030-01-31T12:00:00Z, or 2030-01-31 (midnight in UTC); without it never"),
        ["--grace"] = new("DURATION", "how long the secret so far works on, as 90s, 15m or 24h, at most 720h; 0s ends it at once; 24h where none is given"),
        ["--amount"] = new("USD", "US dollars to give back, as 0.02; without it all that is left of the request's"),
        ["--note"] = new("TEXT", "why, for the books; 1 to 500 characters"),
        ["--idempotency-key"] = new("KEY", "1 to 255 printable ASCII characters; a credit typed again with it is given once"),
        ["--tenant"] = new("ID", "only what is of this tenant (ten_...)"),
        ["--key"] = new("ID", "only what is of this key (key_...)"),
        ["--model"] = new("MODEL", "only requests for this model, by the name that clients ask for"),
        ["--from"] = new("TIME", "from then on: 2026-01-31T12:00:00Z, or 2026-01-31 (midnight in UTC); 'usage' takes days alone"),
        ["--to"] = new("TIME", "before then, in the same form; that instant or day is not included"),
        ["--group-by"] = new("day,model,key,tenant", "a sum for each, some of these with commas between; without it one sum of all"),
        ["--limit"] = new("N", "entries at most, 1 to 1000; 50 where none is given"),
        ["--cursor"] = new("CURSOR", "goes on behind a list that said where (next_cursor)"),
    };

    /// <param name="option">With its dashes.</param>
    public static CliOption Of(string option) => All[option];
}
