using System.Net;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Responses;

public sealed class ResponsesTests : GatewayTest
{
    [Fact]
    public async Task Answer_carries_its_cost_the_clients_model_name_and_one_row()
    {
        App.Simulator.Script.Enqueue("prompt_tokens=1000;completion_tokens=100;cached_tokens=400;cache_write_tokens=50;reasoning_tokens=20;dated");

        using var response = await App.RespondAsync("""{"model":"vision","input":"hello","user":"u-1","metadata":{"team":"a"}}""");

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var answer = await response.JsonAsync();
        ((string?)answer["model"], (string?)answer["object"], (string?)answer["status"]).ShouldBe(("vision", "response", "completed"));
        ((string?)answer["output"]![0]!["content"]![0]!["text"]).ShouldBe("You asked 'hello' and sent 0 images.");
        response.Header("x-gateway-cost-usd").ShouldBe("0.003");
        response.Header("x-gateway-model").ShouldBe("gpt-4o-upstream");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Endpoint, row.Outcome, row.UsageSource, row.Stream).ShouldBe(("/v1/responses", AnswerOutcome.Completed, UsageSource.Provider, false));
        (row.PromptTokens, row.CachedTokens, row.CacheWriteTokens, row.CompletionTokens, row.ReasoningTokens).ShouldBe((1000, 400, 50, 100, 20));
        (row.EndUser, row.Tags, row.Amount).ShouldBe(("u-1", """{"team":"a"}""", new Money(3_000_000)));
    }

    [Fact]
    public async Task Provider_gets_the_clients_bytes_but_for_the_model_name()
    {
        const string Body = "  {\n \"vendor\" : {\"deep\":[1,2.50,\"\\u00e9\\/\"]},\"input\":[ {\"role\":\"user\",\"content\":\"Grüße \\ud83d\\ude00\" ,\"extra\":1e9} ] ,\t\"model\" :\"vision\",\"temperature\":0.70 }\r\n";

        using var response = await App.RespondAsync(Body);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var received = (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0];
        (received.Path, received.BodyText).ShouldBe(("/v1/responses", Body.Replace("\"vision\"", "\"gpt-4o-upstream\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("gpt-4o", null)]
    [InlineData("gpt-4o", "low")]
    [InlineData("counted", "high")]
    [InlineData("patches", null)]
    public async Task Picture_costs_the_same_wherever_it_stands(string model, string? detail)
    {
        var url = Pictures.PngUrl(900, 700);
        var part = $$"""{"type":"input_image","image_url":"{{url}}"{{(detail is null ? "" : $",\"detail\":\"{detail}\"")}}}""";

        using var chat = await App.ChatAsync(ChatBody.Image(url, "hi", model, detail));
        using var response = await App.RespondAsync($$"""{"model":"{{model}}","input":[{"role":"user","content":[{"type":"input_text","text":"hi"},{{part}}]}]}""");
        using var output = await App.RespondAsync($$"""{"model":"{{model}}","input":[{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"hi"},{{part}}]}]}""");

        (chat.StatusCode, response.StatusCode, output.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), await response.Content.ReadAsStringAsync(Timeout));
        var rows = await App.RowsAsync();
        rows.Count.ShouldBe(3);
        rows.ShouldAllBe(row => row.Images == 1 && row.ImageTokensEstimated == rows[0].ImageTokensEstimated && row.ImageTokensEstimated > 0);

        // The simulator counts for itself, and bills one token less for a response's only message.
        rows[0].PromptTokens.ShouldBe(rows[1].PromptTokens);
        (rows[2].PromptTokens - rows[1].PromptTokens).ShouldBe(1);
    }

    [Fact]
    public async Task Uploaded_picture_is_sent_as_a_data_url()
    {
        using var client = App.Client();
        using var form = new MultipartFormDataContent { { new StringContent("vision"), "purpose" }, { new ByteArrayContent(Pictures.Png(2048, 4096)), "file", "a.png" } };
        using var uploaded = await client.PostAsync("/v1/files", form, Timeout);
        var id = (string)(await uploaded.JsonAsync())["id"]!;

        using var response = await App.RespondAsync($$"""{"model":"gpt-4o","input":[{"role":"user","content":[{"type":"input_image","file_id":"{{id}}"}]}]}""");
        using var foreign = await App.RespondAsync($$"""{"model":"gpt-4o","input":[{"role":"user","content":[{"type":"input_image","file_id":"{{id}}"}]}]}""", await App.IssueKeyAsync());

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        (await App.RowsAsync()).ShouldHaveSingleItem().ImageTokensEstimated.ShouldBe(1105);
        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].BodyText
            .ShouldContain($$"""{"type":"input_image","image_url":"data:image/png;base64,{{Convert.ToBase64String(Pictures.Png(2048, 4096))}}"}""");
        foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((string?)(await foreign.ErrorAsync())["param"]).ShouldBe("input[0].content[0]");
    }

    [Fact]
    public async Task Cards_policy_holds_in_the_names_of_a_response()
    {
        using var response = await App.RespondAsync("""{"model":"gpt-4-v","input":"hello","logit_bias":{}}""");
        using var own = await App.RespondAsync("""{"model":"gpt-4-v","input":"hello","max_output_tokens":77}""");
        using var tools = await App.RespondAsync("""{"model":"gpt-4-v","input":"hello","tools":[{"type":"function","name":"f"}]}""");

        (response.StatusCode, own.StatusCode, tools.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.BadRequest));
        var received = await App.Simulator.Requests.WaitForAsync(2, Timeout);
        received[0].BodyText.ShouldBe("""{"max_output_tokens":300,"model":"gpt-4o","input":"hello"}""");
        received[1].BodyText.ShouldBe("""{"model":"gpt-4o","input":"hello","max_output_tokens":77}""");
        ((string?)(await tools.ErrorAsync())["param"]).ShouldBe("tools");
        response.Header("x-gateway-cost-usd").ShouldBe("0.04");
    }

    [Fact]
    public async Task Input_tokens_are_counted_here_and_nothing_is_sent_or_charged()
    {
        using var text = await App.RespondAsync("""{"model":"counted","input":"Hello, how are you?"}""", path: "/v1/responses/input_tokens");
        using var picture = await App.RespondAsync(
            $$"""{"model":"counted","input":[{"role":"user","content":[{"type":"input_text","text":"hi"},{"type":"input_image","image_url":"{{Pictures.PngUrl(1024, 1024)}}"}]}]}""",
            path: "/v1/responses/input_tokens");
        using var wrong = await App.RespondAsync("""{"model":"counted","input":7}""", path: "/v1/responses/input_tokens");

        (await text.Content.ReadAsStringAsync(Timeout)).ShouldBe("""{"object":"response.input_tokens","input_tokens":12}""");
        (await picture.Content.ReadAsStringAsync(Timeout)).ShouldBe("""{"object":"response.input_tokens","input_tokens":772}""");
        wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        App.Simulator.Requests.Total.ShouldBe(0);
        (await App.RowsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Quote_has_the_form_of_a_chats()
    {
        using var response = await App.RespondAsync(
            $$"""{"model":"gpt-4-vision-preview","input":[{"role":"user","content":[{"type":"input_text","text":"What's in this image?"},{"type":"input_image","image_url":"{{Pictures.PngUrl(2048, 4096)}}","detail":"high"}]}]}""",
            path: "/v1/responses/quote");

        var quote = await response.JsonAsync();
        ((string?)quote["object"], (string?)quote["model"], (int)quote["prompt_tokens"]!, (int)quote["image_tokens"]!).ShouldBe(("response.quote", "gpt-4-vision-preview", 1116, 1105));
        ((string?)quote["images"]![0]!["path"], (int)quote["images"]![0]!["tiles"]!).ShouldBe(("input[0].content[1]", 6));
        ((int)quote["max_completion_tokens"]!, (string?)quote["amount"]!["maximum"]).ShouldBe((300, "0.04"));
        quote["history_tokens"].ShouldBeNull();
        App.Simulator.Requests.Total.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"model":"gpt-4o","input":"a","background":true}""", 400, "unsupported_parameter", "background")]
    [InlineData("""{"model":"gpt-4o","input":"a","tools":[{"type":"web_search"}]}""", 400, "unsupported_parameter", "tools[0]")]
    [InlineData("""{"model":"gpt-4o","input":"a","service_tier":"priority"}""", 400, "unsupported_parameter", "service_tier")]
    [InlineData("""{"model":"gpt-4o","input":"a","conversation":"conv_1"}""", 404, "conversation_not_found", "conversation")]
    [InlineData("""{"model":"gpt-4o","input":[{"role":"user","content":[{"type":"input_image","image_url":{"url":"https://e.com"}}]}]}""", 400, "invalid_type", "input[0].content[0].image_url")]
    [InlineData("""{"model":"text-only","input":[{"role":"user","content":[{"type":"input_image","image_url":"https://e.com/a.png"}]}]}""", 400, "invalid_content_type", "input[0].content[0]")]
    [InlineData("""{"model":"gpt-4o","input":[{"role":"user","content":[{"type":"input_file","file_data":"AAAA"}]}]}""", 400, "invalid_content_type", "input[0].content[0]")]
    [InlineData("""{"model":"nobody","input":"a"}""", 404, "model_not_found", "model")]
    public async Task Refusal_names_the_field_and_costs_nothing(string body, int status, string code, string param)
    {
        using var response = await App.RespondAsync(body);

        var error = await response.ErrorAsync();
        ((int)response.StatusCode, (string?)error["code"], (string?)error["param"]).ShouldBe((status, code, param));
        App.Simulator.Requests.Total.ShouldBe(0);
        (await App.RowsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("status=429;retry_after=7", 429, "rate_limit_exceeded")]
    [InlineData("status=401", 502, "provider_authentication_failed")]
    [InlineData("status=400;code=invalid_image_url", 400, "invalid_image_url")]
    [InlineData("cut_body", 502, "provider_unreachable")]
    [InlineData("malformed", 502, "provider_malformed_response")]
    [InlineData("finish_reason=failed;no_usage", 502, "provider_error")]
    [InlineData("finish_reason=failed;no_usage;code=rate_limit_exceeded", 429, "rate_limit_exceeded")]
    public async Task Providers_failure_is_told_as_a_chats_is_and_costs_nothing(string fault, int status, string code)
    {
        App.Simulator.Script.Enqueue(fault);

        using var response = await App.RespondAsync("""{"model":"gpt-4-v","input":"hello"}""");

        ((int)response.StatusCode, (string?)(await response.ErrorAsync())["code"]).ShouldBe((status, code));
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.Amount).ShouldBe((AnswerOutcome.UpstreamFailed, Money.Zero));
    }

    [Fact]
    public async Task Failed_response_that_tells_its_usage_is_passed_on_and_billed_as_a_failure()
    {
        App.Simulator.Script.Enqueue("finish_reason=failed;prompt_tokens=1000;completion_tokens=10");

        using var response = await App.RespondAsync("""{"model":"gpt-4o","input":"hello"}""");

        ((string?)(await response.JsonAsync())["status"]).ShouldBe("failed");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.Amount).ShouldBe((AnswerOutcome.UpstreamFailed, new Money(2_600_000)));
    }

    [Theory]
    [InlineData("length", "max_output_tokens")]
    [InlineData("content_filter", "content_filter")]
    public async Task Incomplete_response_is_an_answer(string finish, string reason)
    {
        App.Simulator.Script.Enqueue($"finish_reason={finish}");

        using var response = await App.RespondAsync("""{"model":"gpt-4o","input":"hello"}""");

        var answer = await response.JsonAsync();
        ((string?)answer["status"], (string?)answer["incomplete_details"]!["reason"]).ShouldBe(("incomplete", reason));
        (await App.RowsAsync()).ShouldHaveSingleItem().Outcome.ShouldBe(AnswerOutcome.Completed);
    }

    [Fact]
    public async Task Answer_without_usage_is_counted()
    {
        App.Simulator.Script.Enqueue("no_usage;text=one two three four");

        using var response = await App.RespondAsync("""{"model":"counted","input":"Hello, how are you?"}""");

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((UsageSource.Counted, 12, 4));
    }

    [Fact]
    public async Task Tool_calls_come_through()
    {
        App.Simulator.Script.Enqueue("tool=2");

        using var response = await App.RespondAsync("""{"model":"gpt-4o","input":"hello","tools":[{"type":"function","name":"f","parameters":{}},{"type":"custom","name":"g"}]}""");

        var output = (await response.JsonAsync())["output"]!.AsArray();
        output.Select(item => ((string?)item!["type"], (string?)item["name"])).ShouldBe([("function_call", "f"), ("function_call", "g")]);
    }
}
