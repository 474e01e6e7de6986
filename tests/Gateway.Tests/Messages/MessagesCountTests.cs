using System.Net;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Messages;

/// <summary><c>count_tokens</c>, quotes and the list of models, for Anthropic's clients: all answered here.</summary>
public sealed class MessagesCountTests : MessagesTest
{
    [Fact]
    public async Task Count_is_exact_where_there_is_a_tokenizer_and_equals_that_of_the_same_chat()
    {
        using var quoted = await PostChatQuoteAsync(ChatBody.Image(Pictures.PngUrl(1024, 1024), "What's in this image?", "gpt"));
        using var counted = await SendAsync(
            $$"""{"model":"gpt","messages":[{"role":"user","content":[{"type":"text","text":"What's in this image?"},{{Image(1024, 1024)}}]}]}""", "/v1/messages/count_tokens");

        counted.StatusCode.ShouldBe(HttpStatusCode.OK, await counted.Content.ReadAsStringAsync(Timeout));
        (await counted.Content.ReadAsStringAsync(Timeout)).ShouldBe("""{"input_tokens":777}""");
        ((int?)(await quoted.JsonAsync())["prompt_tokens"]).ShouldBe(777);
        await ShouldHaveAskedNobodyAsync();
    }

    [Fact]
    public async Task Count_of_a_claude_is_an_estimate_with_its_own_formula_for_pictures()
    {
        using var text = await SendAsync("""{"model":"claude","messages":[{"role":"user","content":"Hello there, you"}]}""", "/v1/messages/count_tokens");
        using var picture = await SendAsync($$"""{"model":"claude","messages":[{"role":"user","content":[{"type":"text","text":"Hello there, you"},{{Image(1000, 1000)}}]}]}""", "/v1/messages/count_tokens");

        var without = (long)(await text.JsonAsync())["input_tokens"]!;
        without.ShouldBeInRange(8, 14);
        ((long)(await picture.JsonAsync())["input_tokens"]!).ShouldBe(without + 1296);
        await ShouldHaveAskedNobodyAsync();
    }

    [Fact]
    public async Task Count_refuses_what_the_request_would_be_refused_for()
    {
        using var response = await SendAsync("""{"model":"claude","messages":[]}""", "/v1/messages/count_tokens");

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await response.JsonAsync())["error"]!["type"]).ShouldBe("invalid_request_error");
    }

    [Fact]
    public async Task Quote_has_the_form_of_a_chats_under_its_own_name()
    {
        using var response = await SendAsync(Body("gpt", content: $"[{Image(1024, 1024)}]"), "/v1/messages/quote");

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var quote = await response.JsonAsync();
        ((string?)quote["object"], (string?)quote["upstream"]!["model"], (int?)quote["image_tokens"], (int?)quote["max_completion_tokens"]).ShouldBe(("message.quote", "gpt-4o", 765, 100));
        ((string?)quote["images"]![0]!["path"], (string?)quote["images"]![0]!["source"]).ShouldBe(("messages[0].content[0]", "base64"));
        await ShouldHaveAskedNobodyAsync();
    }

    [Fact]
    public async Task Models_are_listed_as_anthropics_clients_read_them_where_they_name_a_version()
    {
        using var list = await SendAsync(null, "/v1/models", [("x-api-key", App.Key), ("anthropic-version", "2023-06-01")]);
        using var one = await SendAsync(null, "/v1/models/claude", [("x-api-key", App.Key), ("anthropic-version", "2023-06-01")]);
        using var none = await SendAsync(null, "/v1/models/none", [("x-api-key", App.Key), ("anthropic-version", "2023-06-01")]);
        using var openAi = await SendAsync(null, "/v1/models", [("Authorization", $"Bearer {App.Key}")]);

        var page = await list.JsonAsync();
        page["data"]!.AsArray().Select(model => (string?)model!["id"]).ShouldBe(["claude", "gpt", "either"], ignoreOrder: true);
        ((bool?)page["has_more"], (string?)page["first_id"], (string?)page["last_id"]).ShouldBe((false, (string?)page["data"]![0]!["id"], (string?)page["data"]![2]!["id"]));
        var model = await one.JsonAsync();
        ((string?)model["type"], (string?)model["id"], (string?)model["display_name"], (long?)model["max_input_tokens"], (long?)model["max_tokens"]).ShouldBe(("model", "claude", "Claude", 200000, 4000));
        DateTimeOffset.Parse((string)model["created_at"]!, System.Globalization.CultureInfo.InvariantCulture).Year.ShouldBeGreaterThan(1969);
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((string?)(await none.JsonAsync())["error"]!["type"]).ShouldBe("not_found_error");
        ((string?)(await openAi.JsonAsync())["object"]).ShouldBe("list");
    }

    private async Task ShouldHaveAskedNobodyAsync()
    {
        (App.Simulator.Requests.Total, Upstream.Calls.Count).ShouldBe((0, 0));
        (await App.RowsAsync()).ShouldBeEmpty();
    }

    private async Task<HttpResponseMessage> PostChatQuoteAsync(string body) =>
        await SendAsync(body, "/v1/chat/completions/quote", [("Authorization", $"Bearer {App.Key}")]);
}
