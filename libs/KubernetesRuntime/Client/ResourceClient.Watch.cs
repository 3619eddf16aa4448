using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Objects;
using k8s.Models;

namespace K8sMediaFlow.KubernetesRuntime.Client;

public sealed partial class ResourceClient<T>
{
    private const int LineBytesMax = 32 << 20;

    /// <summary>
    /// What happens after <paramref name="resourceVersion"/>, with bookmarks. Ends when the server ends it. Fails with reason Gone or
    /// Expired when that version is no longer kept, Silent when the bounds are passed, Unreachable or Unreadable when the connection
    /// breaks.
    /// </summary>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync(
        string? @namespace, string resourceVersion, Selection? selection = null, WatchBounds? bounds = null,
            [EnumeratorCancellation] CancellationToken cancel = default)
    {
        bounds ??= WatchBounds.Usual();
        var query = ApiCall.Query(Type.Path(@namespace), ("watch", "true"), ("allowWatchBookmarks", "true"),
            ("resourceVersion", resourceVersion),
            ("timeoutSeconds", ((int)Math.Ceiling(bounds.Timeout.TotalSeconds)).ToString(CultureInfo.InvariantCulture)),
            ("labelSelector", selection?.Labels), ("fieldSelector", selection?.Fields));
        var call = new ApiCall("watch", HttpMethod.Get, Type.Name, @namespace ?? "", query);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(_client.Options.RequestTimeout);
        using var response = await GuardedAsync(call, _client.Transport.OpenAsync(call, silence.Token), ApiReason.NoAnswer, cancel);
        var pipe = PipeReader.Create(await response.Content.ReadAsStreamAsync(cancel));
        try
        {
            for (var ended = false; !ended;)
            {
                silence.CancelAfter(bounds.Silence);
                var read = await GuardedAsync(call, pipe.ReadAsync(silence.Token).AsTask(), ApiReason.Silent, cancel);
                var buffer = read.Buffer;
                while (TakeLine(ref buffer, out var line))
                {
                    if (ReadLine(call, line) is { } happened)
                        yield return happened;
                }
                ended = read.IsCompleted;
                if (buffer.Length > LineBytesMax || (ended && !buffer.IsEmpty))
                    throw new ApiException(call, null, ApiReason.Unreadable,
                        ended ? "the watch ended in the midst of a line" : $"a line of more than {LineBytesMax >> 20} MiB");
                pipe.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private static async Task<TResult> GuardedAsync<TResult>(ApiCall call, Task<TResult> step, string whenLate, CancellationToken cancel)
    {
        try
        {
            return await step;
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new ApiException(call, null, whenLate, "nothing was heard in time", cause: error);
        }
        catch (Exception error) when (ApiTransport.Translate(call, null, error, cancel) is { } better)
        {
            throw better;
        }
    }

    private static bool TakeLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            line = default;
            return false;
        }
        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    private WatchEvent<T>? ReadLine(ApiCall call, ReadOnlySequence<byte> line)
    {
        if (line.IsEmpty)
            return null;
        try
        {
            using var document = JsonDocument.Parse(line, new() { MaxDepth = 128 });
            var kind = document.RootElement.GetProperty("type").GetString();
            var content = document.RootElement.GetProperty("object");
            return kind switch
            {
                "ADDED" => Happened(WatchKind.Added, content),
                "MODIFIED" => Happened(WatchKind.Modified, content),
                "DELETED" => Happened(WatchKind.Deleted, content),
                "BOOKMARK" => new(WatchKind.Bookmark,
                    content.Deserialize(KubernetesJson.Default.MetadataOnly)?.Metadata?.ResourceVersion
                    ?? throw new JsonException("a bookmark without a version"), null, null),
                "ERROR" => throw Failed(call, content.Deserialize(KubernetesJson.Default.V1Status)),
                _ => throw new JsonException($"an event of type {kind}"),
            };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ApiException(call, null, ApiReason.Unreadable, error.Message, cause: error);
        }
    }

    private WatchEvent<T> Happened(WatchKind kind, JsonElement content)
    {
        var (value, unreadable) = ObjectReading.Read(content, Type);
        var version = (value?.Metadata ?? unreadable!.Metadata).ResourceVersion ?? throw new JsonException("an object without a version");
        return new(kind, version, value, unreadable);
    }

    private static ApiException Failed(ApiCall call, V1Status? status) =>
        new(call, status?.Code is { } code ? (System.Net.HttpStatusCode)code : null, status?.Reason ?? ApiReason.Unreadable,
            status?.Message ?? "an error without an explanation", status);
}
