using System.Net.Http.Headers;
using System.Text;
using Gateway.Conformance.Running;
using Gateway.Testing;
using Gateway.Testing.Redaction;
using Xunit;

namespace Gateway.Conformance.Wire;

/// <summary>Plain HTTP, byte for byte what a test wrote, where an SDK would write for itself.</summary>
internal static class RawClient
{
    private static readonly HttpClient Client = RecordingHandler.NewClient();

    public static Task<RawAnswer> PostAsync(this RunningGateway gateway, GatewayKey key, string body, params (string Name, string Value)[] headers) =>
        gateway.SendAsync(HttpMethod.Post, "v1/chat/completions", key, body, headers);

    public static async Task<RawAnswer> SendAsync(
        this RunningGateway gateway, HttpMethod method, string path, GatewayKey? key, string? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(gateway.Process.BaseAddress, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Secret);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new RawAnswer((int)answer.StatusCode, answer.Headers, answer.Content.Headers, text);
    }
}
