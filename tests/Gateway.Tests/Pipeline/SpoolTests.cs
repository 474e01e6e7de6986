using System.Net;
using Gateway.Ledger;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Shouldly;
using SQLitePCL;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>Requests while the ledger's database is down, and after it.</summary>
public abstract class SpoolTests(string policy) : GatewayTest
{
    private protected FaultySink Sink { get; private set; } = null!; // Set when the gateway first asks for it.

    protected override GatewayAppOptions Options => new()
    {
        Settings = new Dictionary<string, string> { ["Gateway:Ledger:WhenDatabaseIsDown"] = policy },
        Services = services => services.Replace(ServiceDescriptor.Singleton<ILedgerSink>(
            provider => Sink = new FaultySink(LedgerRegistration.SinkFor(provider.GetRequiredService<Database>())))),
    };

    private protected static SqliteException Outage => new("disk I/O error", raw.SQLITE_IOERR);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_in_flight_when_the_database_dies_gets_its_answer_and_its_row_comes_after(bool stream)
    {
        // Until its row fails, nobody knows that the database is down.
        Sink.Fault = Outage;

        using var response = await App.ChatAsync(ChatBody.Text("hello", stream: stream));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var body = await response.Content.ReadAsStringAsync(Timeout);
        body.ShouldContain(stream ? "data: [DONE]" : "chat.completion");
        (await App.RowsAsync()).ShouldBeEmpty();
        Sink.Fault = null;
        var row = (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem();
        row.RequestId.ShouldBe(response.Header("x-request-id"));
    }

    [Fact]
    public async Task Where_the_spool_fails_too_the_answer_is_withheld()
    {
        Directory.Delete(Path.Combine(Path.GetDirectoryName(App.DatabasePath)!, "spool"), recursive: true);
        Sink.Fault = Outage;

        using var withheld = await App.ChatAsync(ChatBody.Text("hello"));
        using var unsent = await App.ChatAsync(ChatBody.Text("hello"));

        withheld.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string?)(await withheld.ErrorAsync())["code"]).ShouldBe("ledger_unavailable");
        unsent.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        App.Simulator.Requests.Total.ShouldBe(1);
    }

    private protected async Task<HttpStatusCode> ReadyAsync()
    {
        using var client = App.Client();
        using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Timeout);
        return ready.StatusCode;
    }
}
