using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Forwarding;

/// <summary>
/// Stands between the proxy and the client's response. The proxy refuses to send for a response that has a status or has started, gives a
/// failed one a status and empties its headers: none of that may happen to a client who is still to be served by another deployment, or who
/// gets comments while it waits. What a client gets is written past this, but for the headers that others add as the response starts.
/// </summary>
internal sealed class ShieldedResponse(IHttpResponseFeature client, ClientStream output) : IHttpResponseFeature
{
    /// <summary>Stays 200, whatever it is set to.</summary>
    public int StatusCode
    {
        get => StatusCodes.Status200OK;
        set
        {
        }
    }

    public string? ReasonPhrase
    {
        get => null;
        set
        {
        }
    }

    [field: MaybeNull]
    public IHeaderDictionary Headers
    {
        get => output.IsOpen && !client.HasStarted ? client.Headers : field ??= new HeaderDictionary();
        set;
    }

    [Obsolete("The framework's own; nobody here writes to it.")]
    public Stream Body
    {
        get => Stream.Null;
        set
        {
        }
    }

    public bool HasStarted => false;

    public void OnStarting(Func<object, Task> callback, object state) => client.OnStarting(callback, state);

    public void OnCompleted(Func<object, Task> callback, object state) => client.OnCompleted(callback, state);
}
