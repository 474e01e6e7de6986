using Gateway.Core.Errors;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Errors;

public sealed class ImageErrorTests
{
    [Fact]
    public void Unsupported_detail_is_named_with_those_that_are_supported()
    {
        GatewayError error = GatewayError.ImageDetailUnsupported("messages[0].content[1].image_url.detail", "original");

        (error.Status, error.Type, error.Code, error.Param)
            .ShouldBe((400, "invalid_request_error", "invalid_value", "messages[0].content[1].image_url.detail"));
        error.Message.ShouldBe("Invalid value: 'original'. This model does not support that detail. Supported values are: 'low', 'high' and 'auto'.");
    }

    [Fact]
    public void Too_many_patches_are_told_with_the_limit()
    {
        GatewayError error = GatewayError.ImageTooManyPatches("messages[0].content[1]", 41_334, 30_000);

        (error.Status, error.Type, error.Code, error.Param)
            .ShouldBe((400, "invalid_request_error", "image_too_large", "messages[0].content[1]"));
        error.Message.ShouldContain("requires 41334 patches after processing, exceeding the limit of 30000");
    }
}
