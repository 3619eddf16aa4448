using System.Text.Json;
using K8sMediaFlow.Kubernetes.Connection;
using K8sMediaFlow.Kubernetes.Objects;

namespace K8sMediaFlow.Kubernetes.Client;

/// <summary>A client of one cluster; thread-safe. <see cref="Fenced"/> gives one for a leader's writes over the same connections.</summary>
public sealed class ApiClient : IDisposable
{
    private readonly ApiTransport _transport;
    private readonly bool _owned;

    public ApiClient(ClusterConnection connection, ClientOptions? options = null)
    {
        Options = options ?? new();
        (_transport, _owned, DefaultNamespace) = (new(connection, Options), true, connection.DefaultNamespace);
    }

    private ApiClient(ApiClient shared, IWriteFence fence)
    {
        (_transport, Options, DefaultNamespace, Fence) = (shared._transport, shared.Options, shared.DefaultNamespace, fence);
    }

    /// <summary>The namespace that the connection names: inside a pod, its own.</summary>
    public string DefaultNamespace { get; }

    internal ClientOptions Options { get; }
    internal ApiTransport Transport => _transport;
    internal IWriteFence? Fence { get; }

    /// <summary>The same client whose writes go out only as long as the fence lets them. Disposing of it closes nothing.</summary>
    public ApiClient Fenced(IWriteFence fence) => new(this, fence);

    public ResourceClient<T> For<T>(ResourceType<T> type)
        where T : class, IKubernetesObject => new(this, type);

    public Task<ServerVersion> GetVersionAsync(CancellationToken cancel = default) =>
        SendAsync(new("get", HttpMethod.Get, "version", "", "/version"), async (stream, token) =>
            await JsonSerializer.DeserializeAsync(stream, KubernetesJson.Default.ServerVersion, token) ?? new(), cancel);

    /// <summary>Whether the server has this kind in this version.</summary>
    public async Task<bool> ServesAsync<T>(ResourceType<T> type, CancellationToken cancel = default)
        where T : class, IKubernetesObject
    {
        var path = type.Group.Length == 0 ? $"/api/{type.Version}" : $"/apis/{type.Group}/{type.Version}";
        try
        {
            var served = await SendAsync(new("get", HttpMethod.Get, "discovery", type.ApiVersion, path), async (stream, token) =>
                await JsonSerializer.DeserializeAsync(stream, KubernetesJson.Default.ApiResourceList, token), cancel);
            return served?.Resources?.Any(one => one.Name == type.Plural) == true;
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (_owned)
            _transport.Dispose();
    }

    internal Task<TResult> SendAsync<TResult>(ApiCall call, Func<Stream, CancellationToken, Task<TResult>> read, CancellationToken cancel) =>
        _transport.SendAsync(call, Fence, read, cancel);
}
