using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.KubernetesRuntime.Client;

public enum WatchKind
{
    Added,
    Modified,
    Deleted,

    /// <summary>Nothing happened up to this resource version.</summary>
    Bookmark,
}

/// <summary>One line of a watch: an object, or one that could not be read, or (bookmark) neither.</summary>
public sealed record WatchEvent<T>(WatchKind Kind, string ResourceVersion, T? Value, UnreadableObject? Unreadable)
    where T : class, IKubernetesObject;

/// <summary>The bounds of a watch.</summary>
/// <param name="Timeout">After this the server ends the watch; a living one is never older.</param>
/// <param name="Silence">After this long without a line (bookmarks come about once a minute) the watch counts as dead.</param>
public sealed record WatchBounds(TimeSpan Timeout, TimeSpan Silence)
{
    /// <summary>
    /// Three to five minutes, so that a thousand watches do not end together; silence is declared a little after the server should have
    /// ended it, since servers need not send bookmarks.
    /// </summary>
    public static WatchBounds Usual()
    {
        var timeout = TimeSpan.FromSeconds(180 + Random.Shared.Next(120));
        return new(timeout, timeout + TimeSpan.FromSeconds(20));
    }
}
