using System.Text;
using Gateway.Ledger;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

public sealed class CsvRowTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "\"\"")]
    [InlineData("plain text; ünï", "plain text; ünï")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b\"", "\"a\"\"b\"\"\"")]
    [InlineData("a\r\nb", "\"a\r\nb\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\n=1", "\"'\n=1\"")]
    [InlineData("=HYPERLINK(\"http://a\",\"b\")", "\"'=HYPERLINK(\"\"http://a\"\",\"\"b\"\")\"")]
    [InlineData("\uFF1D1", "'\uFF1D1")]
    [InlineData("'=1", "''=1")]
    [InlineData("a=1", "a=1")]
    public void Text_is_quoted_where_it_must_be_and_marked_where_it_could_be_a_formula(string? text, string expected)
    {
        var line = new StringBuilder();
        var row = new CsvRow(line);
        row.Text(text);
        row.Number(-5);
        row.Number(null);
        row.Flag(true);
        row.Time(new DateTimeOffset(2026, 1, 31, 1, 0, 0, 1, TimeSpan.FromHours(1)));
        row.End();
        row.Number(1);

        line.ToString().ShouldBe($"{expected},-5,,true,2026-01-31T00:00:00.001Z\r\n1");
    }
}
