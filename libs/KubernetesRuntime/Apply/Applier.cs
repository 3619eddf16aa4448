using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.KubernetesRuntime.Apply;

/// <summary>What became of an apply: the server's answer and whether there was a request at all.</summary>
public sealed record Applied<T>(T Value, bool Written);

/// <summary>
/// Applies documents, and only when there is something to change: a reconcile that finds all as it should be writes nothing, so two
/// controllers, or a controller and its own status, never drive each other round. What was applied last, and what the server made of it, is
/// remembered as two hashes per object.
/// </summary>
/// <param name="client">Fenced, where a leader writes.</param>
/// <param name="options">Field manager, subresource, whose fields may be taken over.</param>
public sealed class Applier<T>(ResourceClient<T> client, ApplyOptions options)
    where T : class, IKubernetesObject
{
    /// <summary>For so long a store may go on showing an object as it was before we wrote; then it is believed again.</summary>
    private static readonly TimeSpan StoreLag = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time = options.Time;
    private readonly ConcurrentDictionary<ObjectKey, Memory> _memory = [];

    private sealed record Memory(string Uid, UInt128 Desired, UInt128 Observed, string? BaseVersion, T Answer, long WrittenAt);

    /// <summary>Objects remembered; <see cref="Forget"/> those that are gone.</summary>
    public int Remembered => _memory.Count;

    public void Forget(ObjectKey key) => _memory.TryRemove(key, out _);

    /// <summary>
    /// Applies the document unless <paramref name="observed"/> (null: there is none) is already what an earlier apply of the same document
    /// made.
    /// </summary>
    /// <exception cref="ApplyConflictException">Another field manager holds one of the fields: nothing was changed; the exception names the
    /// manager and the field.</exception>
    public async Task<Applied<T>> ApplyAsync(JsonObject desired, T? observed, CancellationToken cancel)
    {
        var metadata = desired["metadata"] ?? throw new ArgumentException("metadata is missing", nameof(desired));
        var key = new ObjectKey((string?)metadata["namespace"] ?? "",
            (string?)metadata["name"] ?? throw new ArgumentException("metadata.name is missing", nameof(desired)));
        var hash = Hash(desired);
        if (_memory.TryGetValue(key, out var memory) && memory.Desired == hash && IsAsWritten(memory, desired, observed))
            return new(observed ?? memory.Answer, false);
        var answer = await WriteAsync(desired, cancel);
        _memory[key] = new(answer.Metadata!.Uid!, hash, Hash(Projection.Of(desired, Document(answer))), observed?.Metadata?.ResourceVersion,
            answer, _time.GetTimestamp());
        return new(answer, true);
    }

    /// <summary>As above, for a record that holds nothing but what is to be applied.</summary>
    public Task<Applied<T>> ApplyAsync(T desired, T? observed, CancellationToken cancel) =>
        ApplyAsync(client.Type.ToDocument(desired), observed, cancel);

    private bool IsAsWritten(Memory memory, JsonObject desired, T? observed)
    {
        // The store still shows what stood there before our write (or that nothing did): our own answer is newer.
        if (observed?.Metadata?.ResourceVersion == memory.BaseVersion && _time.GetElapsedTime(memory.WrittenAt) < StoreLag)
            return true;
        return observed?.Metadata is { } metadata && metadata.Uid == memory.Uid &&
            (metadata.ResourceVersion == memory.Answer.Metadata!.ResourceVersion
                || Hash(Projection.Of(desired, Document(observed))) == memory.Observed);
    }

    private async Task<T> WriteAsync(JsonObject desired, CancellationToken cancel)
    {
        try
        {
            return await client.ApplyAsync(desired, options.FieldManager, options.OwnsAll, options.Subresource, cancel);
        }
        catch (ApplyConflictException conflict) when (conflict.Conflicts.All(one => options.OwnManagers.Contains(one.Manager)))
        {
            return await client.ApplyAsync(desired, options.FieldManager, force: true, options.Subresource, cancel);
        }
    }

    private JsonObject Document(T value) => client.Type.ToDocument(value);

    private static UInt128 Hash(JsonNode? node) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(node?.ToJsonString()
            ?? "null")));
}
