using Gateway.Core.Dialects;
using Gateway.Core.Models;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Models;

public sealed class SecretTests
{
    [Fact]
    public void Secret_is_revealed_only_when_asked()
    {
        var secret = new Secret("sk-x");

        secret.IsPresent.ShouldBeTrue();
        secret.Reveal().ShouldBe("sk-x");
        $"{secret}".ShouldBe("***");
        new ProviderCredential("Authorization", "Bearer sk-x").ToString().ShouldBe("Authorization: ***");
    }

    [Fact]
    public void No_secret_reveals_nothing()
    {
        default(Secret).IsPresent.ShouldBeFalse();
        default(Secret).Reveal().ShouldBeEmpty();
        new Secret(string.Empty).IsPresent.ShouldBeFalse();
        default(Secret).ToString().ShouldBe("(none)");
    }
}
