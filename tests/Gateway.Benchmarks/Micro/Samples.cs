using System.Text;
using Gateway.Benchmarks.Driving;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Images;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;

namespace Gateway.Benchmarks.Micro;

/// <summary>What the micro benchmarks work on.</summary>
internal static class Samples
{
    public const int LargeImageBytes = 20_000_000;

    public static readonly byte[] TextBody = Encoding.UTF8.GetBytes(ChatBodies.Text("gpt-4o", stream: false));

    public static readonly byte[] SmallImageBody = Encoding.UTF8.GetBytes(ChatBodies.SmallImage("gpt-4o", stream: false));

    public static readonly byte[] Chunk = Encoding.UTF8.GetBytes(
        """{"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,"model":"gpt-4o-2024-08-06","service_tier":"default","system_fingerprint":"fp_fc9f1d7035","choices":[{"index":0,"delta":{"content":" picture"},"logprobs":null,"finish_reason":null}],"usage":null}""");

    public static ModelPrice Price { get; } = ModelPrice.Create(
        new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero),
        new Rates { Input = Usd("2.50"), CachedInput = Usd("1.25"), Output = Usd("10.00") },
        list: null);

    public static Target Target { get; } = MakeTarget();

    public static ParsedRequest Parse(byte[] body) =>
        RequestReader.TryRead(body, 50, out var request, out var error) ? request : throw new InvalidOperationException(error.Message);

    public static LimitPlan Plan()
    {
        var limits = new RateLimits { RequestsPerMinute = LimitScope.LargestLimit, TokensPerMinute = LimitScope.LargestLimit };
        return new Caller { Tenant = new TenantId("ten_1"), Key = new KeyId("key_1"), TenantLimits = limits, KeyLimits = limits }.PlanUnder(null);
    }

    private static Money Usd(string text) => Money.TryParse(text, out var money) ? money : throw new FormatException(text);

    private static Target MakeTarget()
    {
        var provider = new Provider { Name = "openai", Dialect = OpenAiDialect.Instance, BaseUrl = new Uri("http://127.0.0.1:1/v1") };
        var deployment = new Deployment { Provider = provider, Model = "gpt-4o-2024-08-06", ImageFormula = new TileFormula(85, 170) };
        return new Target("gpt-4o", new ModelCard { Id = "gpt-4o", Input = ["text", "image"], Deployments = [deployment] }, deployment, Price);
    }
}
