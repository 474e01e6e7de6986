using System.Net;
using Gateway.Cli;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Http2;

/// <summary>What operators do with endpoints: probe them, renew their certificate.</summary>
public sealed class ListenerTests : Http2Test
{
    [Theory]
    [InlineData(Wire.Plain)]
    [InlineData(Wire.Cleartext)]
    [InlineData(Wire.Tls)]
    public async Task Health_command_gets_an_answer_of_each(Wire wire)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        var code = await HealthCommand.RunAsync(["--url", AddressOf(wire).AbsoluteUri], output, errors, Timeout);

        code.ShouldBe(0, errors.ToString());
    }

    [Fact]
    public async Task Certificate_that_is_renewed_in_its_files_is_taken_for_new_connections()
    {
        using (var before = Client(Wire.Tls))
        {
            using var answer = await ChatAsync(before, ChatBody.Text("hi"), Timeout);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        Certificate.Renew();

        // A client takes none but the one that is in the files now.
        while (!await IsTakenAsync())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Timeout);
        }
    }

    private async Task<bool> IsTakenAsync()
    {
        using var client = Client(Wire.Tls);
        try
        {
            using var answer = await client.GetAsync(new Uri("/health/live", UriKind.Relative), Timeout);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.SecureConnectionError or HttpRequestError.ConnectionError)
        {
            // The one before, or Kestrel is just exchanging the two.
            return false;
        }
    }
}
