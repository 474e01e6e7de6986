using System.Text;
using Gateway.Testing;
using Gateway.Testing.Redaction;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Redaction;

/// <summary>That which searches what a run left behind finds what is there.</summary>
public sealed class SecretSearchTests
{
    private const string Key = "sk-gw-1234567890abcdefghijABCDEFGHIJ1234567890abcdefghi";

    private static readonly byte[] Mark = Pictures.Mark.ToArray();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Picture_is_found_as_it_is_and_in_either_base64_wherever_it_begins(int before)
    {
        byte[] picture = [.. Enumerable.Repeat((byte)0xA7, 30 + before), .. Mark, .. new byte[11]];
        var base64 = Convert.ToBase64String(picture);

        base64.ShouldMatch("[+/]");
        Find(picture).ShouldHaveSingleItem();
        Find(Encoding.ASCII.GetBytes(base64)).ShouldHaveSingleItem();
        Find(Encoding.ASCII.GetBytes(base64.Replace('+', '-').Replace('/', '_'))).ShouldHaveSingleItem();
        Find(picture[..^20]).ShouldBeEmpty();
    }

    [Fact]
    public void Any_key_is_found_and_its_prefix_is_not()
    {
        Find(Encoding.ASCII.GetBytes($"a line with {Key} in it")).ShouldHaveSingleItem().ShouldContain("a key in here");
        Find(Encoding.ASCII.GetBytes("sk-gw-1234... and sk-gw-********efgh, sk-gw-")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData((1 << 20) - 7)]
    [InlineData((1 << 20) + 40)]
    [InlineData(3 << 20)]
    public void Secret_is_found_across_the_parts_in_which_a_long_file_is_read(int at)
    {
        var bytes = new byte[at + 100_000];
        Encoding.ASCII.GetBytes("a word of a client").CopyTo(bytes, at);

        Find(bytes).ShouldHaveSingleItem().ShouldContain("words");
    }

    [Fact]
    public async Task Every_column_of_every_table_is_searched_but_those_that_hold_content_by_contract()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-search-");
        try
        {
            var file = Path.Combine(folder.FullName, "store.db");
            await using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
            {
                await connection.OpenAsync(Ct);
                await using var command = connection.CreateCommand();
                command.CommandText = "create table idempotency (answer blob, other text); create table third (number integer, data blob);"
                    + "insert into idempotency values (@mark, 'a word of a client'); insert into third values (7, @mark)";
                command.Parameters.AddWithValue("@mark", Mark);
                await command.ExecuteNonQueryAsync(Ct);
            }

            using var dump = new MemoryStream();
            (await StoreDump.SqliteAsync(file, dump)).ShouldBe(4);

            var found = Find(dump.ToArray());

            found.Count.ShouldBe(2);
            found.ShouldContain(each => each.Contains("third.data=", StringComparison.Ordinal));
            found.ShouldContain(each => each.Contains("idempotency.other=", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void What_clients_say_is_taken_from_their_bodies_and_nothing_else_is()
    {
        var secrets = new RunSecrets();
        secrets.Said(Encoding.UTF8.GetBytes("""{"model":"a model of a long name","messages":[{"role":"user","content":[{"type":"text","text":"\"What is said here\" and\nmore"}]}],"user":"the name of somebody"}"""));
        secrets.Said("no JSON that is long enough"u8.ToArray());
        secrets.Providers("""{ "api_key": "sk-provider-1", "api_key": "${FROM_THE_ENVIRONMENT}" }""");

        secrets.Texts.Select(static text => text.Key).ShouldBe(["What is said here"]);
        secrets.KeysAndPictures.Where(static key => key.Value == "a provider's key").Select(static key => key.Key).ShouldBe(["sk-provider-1"]);
    }

    private static IReadOnlyList<string> Find(byte[] bytes)
    {
        var secrets = SecretSearch.Spellings(Mark).Select(static spelling => KeyValuePair.Create(spelling, "a picture")).Append(KeyValuePair.Create("a word of a client", "words"));
        return new SecretSearch(secrets).Find(new MemoryStream(bytes), "here");
    }
}
