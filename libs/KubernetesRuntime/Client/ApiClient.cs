using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>A client of one cluster; thread-safe. <see cref="Fenced"/> gives one for a leader's writes.</summary>
public sealed class ApiClient : IDisposable
{
    private readonly ClusterConnection _connection;
    private readonly ApiTransport? _fenced;

    public ApiClient(ClusterConnection connection, ClientOptions? options = null)
    {
        (_connection, Options) = (connection, options ?? new());
        Transport = new(connection, Options);
    }

    private ApiClient(ApiClient shared, IWriteFence fence)
    {
        (_connection, Options, Transport) = (shared._connection, shared.Options, shared.Transport);
        (_fenced, Fence) = (new(_connection, Options, fence), fence);
    }

    /// <summary>The namespace that the connection names: inside a pod, its own.</summary>
    public string DefaultNamespace => _connection.DefaultNamespace;

    internal ClientOptions Options { get; }

    /// <summary>For reads and watches: nothing holds them back.</summary>
    internal ApiTransport Transport { get; }

    internal IWriteFence? Fence { get; }

    /// <summary>
    /// The same client with connections of its own for writes, on which no byte goes out but by the fence's leave. One per term; disposing
    /// of it closes those connections alone.
    /// </summary>
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
        if (Fence is null)
            Transport.Dispose();
        _fenced?.Dispose();
    }

    internal Task<TResult> SendAsync<TResult>(ApiCall call, Func<Stream, CancellationToken, Task<TResult>> read,
        CancellationToken cancel) =>
        (call.Writes && _fenced is not null ? _fenced : Transport).SendAsync(call, read, cancel);
}
