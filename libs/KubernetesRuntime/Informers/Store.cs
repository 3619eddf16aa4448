using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.KubernetesRuntime.Informers;

/// <summary>
/// The objects of a kind as last heard of, by key and by index; thread-safe. It trails the server: what a caller has just written may not
/// be here yet.
/// </summary>
public sealed class Store<T>
    where T : class, IKubernetesObject
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, T> _objects = [];
    private readonly Dictionary<ObjectKey, UnreadableObject> _unreadable = [];
    private readonly Dictionary<string, Index<T>> _indexes = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _objects.Count;
        }
    }

    public T? Get(ObjectKey key)
    {
        lock (_lock)
            return _objects.GetValueOrDefault(key);
    }

    public IReadOnlyList<T> All()
    {
        lock (_lock)
            return [.. _objects.Values];
    }

    /// <summary>Why the newest version of this object is not here; the last readable one may be.</summary>
    public UnreadableObject? WhyUnreadable(ObjectKey key)
    {
        lock (_lock)
            return _unreadable.GetValueOrDefault(key);
    }

    /// <summary>Declares an index: under which values an object is found. Before the informer runs.</summary>
    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_lock)
        {
            if (_objects.Count > 0)
                throw new InvalidOperationException($"index {name} comes after the first objects");
            _indexes.Add(name, new(values));
        }
    }

    /// <summary>The objects under a value of an index.</summary>
    public IReadOnlyList<T> By(string index, string value)
    {
        lock (_lock)
            return [.. _indexes[index].Under(value).Select(key => _objects[key])];
    }

    /// <summary>Takes one event; null where it changes nothing, as a repetition does.</summary>
    internal Change<T>? Apply(WatchEvent<T> happened)
    {
        lock (_lock)
        {
            if (happened.Unreadable is { } unreadable)
            {
                if (happened.Kind == WatchKind.Deleted)
                    return Remove(unreadable.Key);
                _unreadable[unreadable.Key] = unreadable;
                return null;
            }
            var value = happened.Value!;
            return happened.Kind == WatchKind.Deleted ? Remove(ObjectKey.Of(value), value) : Put(value);
        }
    }

    /// <summary>
    /// Takes a whole list of one namespace (null: of all) and tells what is different: also what was deleted while no watch was running. An
    /// object made anew under an old name is a deletion and a creation.
    /// </summary>
    internal List<Change<T>> Replace(string? @namespace, ObjectList<T> list)
    {
        lock (_lock)
        {
            var present = list.Items.Select(ObjectKey.Of).Concat(list.Unreadable.Select(one => one.Key)).ToHashSet();
            var gone = _objects.Keys.Concat(_unreadable.Keys)
                .Where(key => (@namespace is null || key.Namespace == @namespace) && !present.Contains(key)).ToHashSet();
            var changes = gone.Select(key => Remove(key)).OfType<Change<T>>().ToList();
            foreach (var value in list.Items)
            {
                var before = _objects.GetValueOrDefault(ObjectKey.Of(value));
                if (before is not null && before.Metadata!.Uid != value.Metadata!.Uid)
                    changes.Add(Remove(ObjectKey.Of(value))!);
                if (Put(value) is { } change)
                    changes.Add(change);
            }
            foreach (var unreadable in list.Unreadable)
                _unreadable[unreadable.Key] = unreadable;
            return changes;
        }
    }

    private Change<T>? Put(T value)
    {
        var key = ObjectKey.Of(value);
        _unreadable.Remove(key);
        var before = _objects.GetValueOrDefault(key);
        // By version and never by generation: a pod's status changes without one.
        if (before is not null && before.Metadata!.ResourceVersion == value.Metadata!.ResourceVersion
            && before.Metadata.Uid == value.Metadata.Uid)
            return null;
        _objects[key] = value;
        foreach (var index in _indexes.Values)
            index.Move(key, before, value);
        return new(before, value);
    }

    /// <summary>The last state is the server's where it sent one, else the last one heard of.</summary>
    private Change<T>? Remove(ObjectKey key, T? last = null)
    {
        _unreadable.Remove(key);
        if (!_objects.Remove(key, out var before))
            return null;
        foreach (var index in _indexes.Values)
            index.Move(key, before, null);
        return new(last ?? before, null);
    }
}

/// <summary>Keys by value; a value without keys takes no room.</summary>
internal sealed class Index<T>(Func<T, IEnumerable<string>> values)
    where T : class
{
    private readonly Dictionary<string, HashSet<ObjectKey>> _keys = [];

    public IEnumerable<ObjectKey> Under(string value) => _keys.TryGetValue(value, out var keys) ? keys : [];

    public void Move(ObjectKey key, T? before, T? after)
    {
        foreach (var value in before is null ? [] : values(before))
        {
            if (_keys.TryGetValue(value, out var keys) && keys.Remove(key) && keys.Count == 0)
                _keys.Remove(value);
        }
        foreach (var value in after is null ? [] : values(after))
        {
            if (!_keys.TryGetValue(value, out var keys))
                _keys[value] = keys = [];
            keys.Add(key);
        }
    }
}
