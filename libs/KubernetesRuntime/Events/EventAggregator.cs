using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.KubernetesRuntime.Events;

/// <summary>What happened, before it is counted and bounded.</summary>
internal sealed record Occurrence(ObjectReference About, string Type, string Reason, string Message, DateTimeOffset At);

/// <summary>What to write of an occurrence: a new Event, or one more count of an old one.</summary>
internal sealed record EventWrite(EventKey Key, string Message, string? ExistingName, int Count, DateTimeOffset First);

internal readonly record struct EventKey(string Object, string Type, string Reason, string Message);

/// <summary>Decides, without any I/O, what becomes of an occurrence: first, repeated, folded with similar ones, or one too many.</summary>
internal sealed class EventAggregator(EventOptions options)
{
    private const string Folded = "(several messages) ";

    private readonly RecentMap<EventKey,
        (string Name, int Count, DateTimeOffset First, DateTimeOffset Last)> _known = new(options.RememberedMax);
    private readonly RecentMap<EventKey, (HashSet<string> Messages, DateTimeOffset Since)> _similar = new(options.RememberedMax);
    private readonly RecentMap<string, (double Tokens, DateTimeOffset At)> _tokens = new(options.RememberedMax);

    /// <summary>Null: this object has had its share.</summary>
    public EventWrite? Take(Occurrence occurrence)
    {
        var id = occurrence.About.Uid ?? $"{occurrence.About.Namespace}/{occurrence.About.Name}";
        if (!TakeToken(id, occurrence.At))
            return null;
        var key = new EventKey(id, occurrence.Type, occurrence.Reason, "");
        var folded = IsOneTooMany(key, occurrence);
        // All that is folded is one Event, which shows its newest message.
        key = key with { Message = folded ? Folded : occurrence.Message };
        var message = folded ? Folded + occurrence.Message : occurrence.Message;
        return _known.TryGet(key, out var known) && occurrence.At - known.Last < options.Window
            ? new(key, message, known.Name, known.Count + 1, known.First)
            : new(key, message, null, 1, occurrence.At);
    }

    public void Written(EventWrite write, string name, DateTimeOffset at) => _known.Set(write.Key, (name, write.Count, write.First, at));

    /// <summary>The Event is no longer at the server (they live an hour): the next one begins anew.</summary>
    public void Vanished(EventWrite write) => _known.Remove(write.Key);

    private bool TakeToken(string id, DateTimeOffset now)
    {
        var tokens = _tokens.TryGet(id, out var bucket)
            ? Math.Min(options.Burst, bucket.Tokens + ((now - bucket.At) / options.Refill))
            : options.Burst;
        _tokens.Set(id, (tokens >= 1 ? tokens - 1 : tokens, now));
        return tokens >= 1;
    }

    private bool IsOneTooMany(EventKey key, Occurrence occurrence)
    {
        if (!_similar.TryGet(key, out var seen) || occurrence.At - seen.Since >= options.Window)
            seen = ([], occurrence.At);
        var known = seen.Messages.Contains(occurrence.Message);
        if (!known && seen.Messages.Count < options.DistinctMessagesMax)
            known = seen.Messages.Add(occurrence.Message);
        _similar.Set(key, seen);
        return !known;
    }
}
