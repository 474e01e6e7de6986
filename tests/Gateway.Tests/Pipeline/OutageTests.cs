using System.Net;
using Gateway.Testing;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class OutageTests : GatewayTest
{
    [Fact]
    public async Task Database_that_somebody_locks_costs_no_answer_and_nothing_is_sent_while_it_is_locked()
    {
        using var warm = await App.ChatAsync(ChatBody.Text("hello"));
        await using var blocker = new SqliteConnection($"Data Source={App.DatabasePath};Pooling=False");
        await blocker.OpenAsync(Timeout);
        await ExecuteAsync(blocker, "begin immediate");

        using var spooled = await App.ChatAsync(ChatBody.Text("hello"));
        using var unsent = await App.ChatAsync(ChatBody.Text("hello"));
        await ExecuteAsync(blocker, "rollback");

        spooled.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((string?)(await unsent.ErrorAsync())["code"]).ShouldBe("ledger_unavailable");
        unsent.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        App.Simulator.Requests.Total.ShouldBe(2);
        (await App.RowsAsync(2, Timeout)).Count.ShouldBe(2);

        HttpStatusCode status;
        do
        {
            using var again = await App.ChatAsync(ChatBody.Text("hello"));
            status = again.StatusCode;
        }
        while (status == HttpStatusCode.ServiceUnavailable && !Timeout.IsCancellationRequested);

        status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Announced_bodies_that_are_not_sent_hold_little()
    {
        var sockets = new List<System.Net.Sockets.TcpClient>();
        try
        {
            for (var i = 0; i < 20; i++)
            {
                var socket = new System.Net.Sockets.TcpClient();
                sockets.Add(socket);
                await socket.ConnectAsync(App.Address.Host, App.Address.Port, Timeout);
                await socket.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(
                    $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {App.Key}\r\nContent-Length: 134217728\r\n\r\n{{\"model\""), Timeout);
            }

            using var response = await App.ChatAsync(ChatBody.Text("hello"));

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Timeout);
    }
}
