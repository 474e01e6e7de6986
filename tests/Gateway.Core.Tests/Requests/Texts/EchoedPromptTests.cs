using System.Globalization;
using System.Text;
using Gateway.Core.Endpoints;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Texts;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Requests.Texts;

public sealed class EchoedPromptTests
{
    private static readonly string[] Pieces = ["a", "bc ", "\n", "\"", "\\", "é", "ß", "日本", "😀", "\u0007", "7"];

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("abc", 3, 3)]
    [InlineData("\\n\\\"\\\\", 3, 3)]
    [InlineData("\\u00e9é", 2, 2)]
    [InlineData("\\ud83d\\ude00😀", 2, 4)]
    public void Characters_are_as_many_however_they_are_escaped(string text, long points, long units)
    {
        JsonCharacters.CountPoints(Encoding.UTF8.GetBytes(text)).ShouldBe(points);
        JsonCharacters.CountUnits(Encoding.UTF8.GetBytes(text)).ShouldBe(units);
    }

    /// <summary>Prompts and answers of random characters, escaped at random on both sides, cut into chunks at random, several choices mixed.</summary>
    [Fact]
    public void Only_what_is_behind_the_echo_is_text()
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            string[] prompts = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Words(random))];
            var each = random.Next(1, 3);
            string[] answers = [.. Enumerable.Range(0, prompts.Length * each).Select(_ => Words(random))];
            var request = Read($$"""{"model":"m","echo":true,"n":{{each}},"prompt":[{{string.Join(',', prompts.Select(prompt => $"\"{Escape(prompt, random)}\""))}}]}""");
            var echo = EchoedPrompt.Of(request).ShouldNotBeNull();
            var left = answers.Select((answer, i) => Split(prompts[i / each] + answer, random)).ToArray();
            var read = answers.Select(_ => new StringBuilder()).ToArray();
            while (left.Any(pieces => pieces.Count > 0))
            {
                var choice = random.Next(left.Length);
                if (left[choice].TryDequeue(out var piece))
                {
                    var own = echo.Behind(choice, Encoding.UTF8.GetBytes(Escape(piece, random)));
                    read[choice].Append(Unescape(Encoding.UTF8.GetString(own)));
                }
            }

            read.Select(text => text.ToString()).ShouldBe(answers);
        }
    }

    [Fact]
    public void Echo_of_tokens_is_taken_for_as_many_characters_as_they_usually_stand_for()
    {
        var echo = EchoedPrompt.Of(Read("""{"model":"m","echo":true,"prompt":[1,2]}""")).ShouldNotBeNull();

        Encoding.UTF8.GetString(echo.Behind(0, "12345678rest"u8)).ShouldBe("rest");
    }

    [Fact]
    public void Without_echo_there_is_none() => EchoedPrompt.Of(Read("""{"model":"m","echo":false,"prompt":"a"}""")).ShouldBeNull();

    [Fact]
    public void Index_that_no_prompt_has_is_all_text()
    {
        var echo = EchoedPrompt.Of(Read("""{"model":"m","echo":true,"prompt":"abc"}""")).ShouldNotBeNull();

        Encoding.UTF8.GetString(echo.Behind(5, "abc"u8)).ShouldBe("abc");
        Encoding.UTF8.GetString(echo.Behind(-1, "abc"u8)).ShouldBe("abc");
    }

    private static ParsedRequest Read(string body)
    {
        ApiEndpoint.Completions.TryRead(Encoding.UTF8.GetBytes(body), 1, out var request, out var error).ShouldBeTrue(error?.Message);
        return request!;
    }

    private static string Words(Random random) => string.Concat(Enumerable.Range(0, random.Next(0, 6)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    private static Queue<string> Split(string text, Random random)
    {
        var pieces = new Queue<string>();
        var piece = "";
        foreach (var rune in text.EnumerateRunes())
        {
            piece += rune;
            if (random.Next(3) == 0)
            {
                pieces.Enqueue(piece);
                piece = "";
            }
        }

        pieces.Enqueue(piece);
        return pieces;
    }

    private static string Escape(string text, Random random)
    {
        var escaped = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\' && random.Next(2) == 0)
            {
                escaped.Append('\\').Append(rune);
            }
            else if (rune.Value is '"' or '\\' or < ' ' || random.Next(3) == 0)
            {
                escaped.Append(string.Concat(rune.ToString().Select(unit => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"))));
            }
            else
            {
                escaped.Append(rune);
            }
        }

        return escaped.ToString();
    }

    private static string? Unescape(string inside) => JsonText.Unquote(Encoding.UTF8.GetBytes($"\"{inside}\""));
}
