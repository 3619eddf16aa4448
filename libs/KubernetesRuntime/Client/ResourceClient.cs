using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Objects;
using k8s.Models;

namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>
/// Requests about one kind. Every failure is an <see cref="ApiException"/>; writes of a fenced client may be a
/// <see cref="WriteRefusedException"/>.
/// </summary>
public sealed partial class ResourceClient<T>
    where T : class, IKubernetesObject
{
    private const int PageSize = 500;
    private readonly ApiClient _client;

    internal ResourceClient(ApiClient client, ResourceType<T> type)
    {
        (_client, Type) = (client, type);
    }

    public ResourceType<T> Type { get; }

    internal TimeSpan RequestTimeout => _client.Options.RequestTimeout;

    public Task<T> GetAsync(string? @namespace, string name, CancellationToken cancel = default) =>
        SendAsync(Call("get", HttpMethod.Get, @namespace, name), cancel);

    /// <summary>The object, or null where there is none of that name.</summary>
    public async Task<T?> FindAsync(string? @namespace, string name, CancellationToken cancel = default)
    {
        try
        {
            return await GetAsync(@namespace, name, cancel);
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>All objects of one moment, taken page by page. A null namespace means all.</summary>
    public async Task<ObjectList<T>> ListAsync(string? @namespace, Selection? selection = null, CancellationToken cancel = default)
    {
        var (items, unreadable) = (new List<T>(), new List<UnreadableObject>());
        for (string? next = null; ;)
        {
            ObjectList<T> page;
            try
            {
                page = await ListPageAsync(@namespace, selection, PageSize, next, cancel);
            }
            catch (ApiException error) when (error.IsGone && next is not null)
            {
                // The moment of the first page is no longer kept: all at once cannot expire in between.
                return await ListPageAsync(@namespace, selection, null, null, cancel);
            }
            items.AddRange(page.Items);
            unreadable.AddRange(page.Unreadable);
            if ((next = page.Continue) is null)
                return page with { Items = items, Unreadable = unreadable };
        }
    }

    public Task<ObjectList<T>> ListPageAsync(string? @namespace, Selection? selection, int? limit, string? next,
        CancellationToken cancel = default)
    {
        var query = ApiCall.Query(Type.Path(@namespace), ("labelSelector", selection?.Labels), ("fieldSelector", selection?.Fields),
            ("limit", limit?.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("continue", next));
        return _client.SendAsync(new("list", HttpMethod.Get, Type.Name, @namespace ?? "", query),
            (stream, token) => ObjectReading.ReadListAsync(stream, Type, token), cancel);
    }

    public Task<T> CreateAsync(T value, CancellationToken cancel = default)
    {
        var name = value.Metadata?.Name ?? value.Metadata?.GenerateName;
        return SendAsync(Call("create", HttpMethod.Post, value.Metadata?.Namespace, null, name) with { Body = Bytes(value) }, cancel);
    }

    /// <summary>
    /// Replaces the whole object; with a resource version, only that version of it. Only for kinds whose every field we know (leases).
    /// </summary>
    public Task<T> ReplaceAsync(T value, CancellationToken cancel = default) =>
        SendAsync(Call("update", HttpMethod.Put, value.Metadata?.Namespace, value.Metadata?.Name) with { Body = Bytes(value) }, cancel);

    /// <summary>A JSON merge patch of an object or of one of its subresources.</summary>
    public Task<T> MergeAsync(string? @namespace, string name, JsonObject patch, string? subresource = null,
        CancellationToken cancel = default) =>
        SendAsync(Call("patch", HttpMethod.Patch, @namespace, name, subresource: subresource) with
        {
            Body = System.Text.Encoding.UTF8.GetBytes(patch.ToJsonString()),
            ContentType = "application/merge-patch+json",
        }, cancel);

    /// <summary>
    /// Server-side apply: the fields of the document become the field manager's; fields that it had applied before and that are gone from
    /// the document are removed. Conflicts with other managers are an <see cref="ApplyConflictException"/> unless <paramref name="force"/>
    /// is set.
    /// </summary>
    public async Task<T> ApplyAsync(JsonObject document, string fieldManager, bool force = false, string? subresource = null,
        CancellationToken cancel = default)
    {
        var metadata = document["metadata"]?.AsObject();
        var (@namespace, name) = ((string?)metadata?["namespace"],
            (string?)metadata?["name"] ?? throw new ArgumentException("metadata.name is missing", nameof(document)));
        var path = ApiCall.Query(Type.Path(@namespace, name, subresource), ("fieldManager", fieldManager),
            ("force", force ? "true" : "false"));
        var call = Call("apply", HttpMethod.Patch, @namespace, name, subresource: subresource) with
        {
            PathAndQuery = path,
            Body = System.Text.Encoding.UTF8.GetBytes(document.ToJsonString()),
            ContentType = "application/apply-patch+yaml",
        };
        try
        {
            return await SendAsync(call, cancel);
        }
        catch (ApiException error) when (error.IsConflict && ApplyConflictException.From(error) is { } conflict)
        {
            throw conflict;
        }
    }

    /// <summary>Deletes an object; false where there was none. With a uid or version, only that one.</summary>
    public async Task<bool> DeleteAsync(string? @namespace, string name, DeleteOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        var request = new V1DeleteOptions
        {
            ApiVersion = V1DeleteOptions.KubeApiVersion,
            Kind = V1DeleteOptions.KubeKind,
            GracePeriodSeconds = options.GracePeriodSeconds,
            PropagationPolicy = options.Propagation,
            Preconditions = options.Uid is null && options.ResourceVersion is null ? null : new()
            {
                Uid = options.Uid,
                ResourceVersion = options.ResourceVersion,
            },
        };
        try
        {
            var call = Call("delete", HttpMethod.Delete, @namespace, name) with
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(request, KubernetesJson.Default.V1DeleteOptions),
            };
            return await _client.SendAsync(call, static (_, _) => Task.FromResult(true), cancel);
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return false;
        }
    }

    private ApiCall Call(string verb, HttpMethod method, string? @namespace, string? name, string? shownName = null,
        string? subresource = null)
    {
        var shown = name ?? shownName;
        var target = string.IsNullOrEmpty(@namespace) ? shown ?? "" : shown is null ? @namespace : $"{@namespace}/{shown}";
        if (method == HttpMethod.Post && Type.Namespaced && string.IsNullOrEmpty(@namespace))
            throw new ArgumentException($"{Type.Name} live in namespaces: {shown} needs one", nameof(@namespace));
        if (method != HttpMethod.Post && name is null)
            throw new ArgumentException($"{verb} {Type.Name}: metadata.name is missing", nameof(name));
        return new(verb, method, subresource is null ? Type.Name : $"{Type.Name}/{subresource}", target,
            Type.Path(@namespace, name, subresource));
    }

    private Task<T> SendAsync(ApiCall call, CancellationToken cancel) =>
        _client.SendAsync(call, async (stream, token) => await JsonSerializer.DeserializeAsync(stream, Type.Json,
            token) ?? throw new JsonException("null"), cancel);

    private byte[] Bytes(T value) => System.Text.Encoding.UTF8.GetBytes(Type.ToDocument(value).ToJsonString());
}

/// <summary>How an object is deleted; the server's defaults where null.</summary>
/// <param name="Uid">Only the object with this identity: not one of the same name made since.</param>
/// <param name="ResourceVersion">Only this version.</param>
/// <param name="GracePeriodSeconds">0: at once.</param>
/// <param name="Propagation">Background, Foreground or Orphan.</param>
public sealed record DeleteOptions(string? Uid = null, string? ResourceVersion = null, long? GracePeriodSeconds = null,
    string? Propagation = null);
