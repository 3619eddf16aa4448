using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.KubernetesRuntime.Informers;

/// <summary>What happened to an object of a store: made (no before), changed, or gone (no after).</summary>
public sealed record Change<T>(T? Before, T? After)
    where T : class, IKubernetesObject
{
    public T Value => After ?? Before!;

    public bool IsDeleted => After is null;
}

/// <summary>What an informer watches and with what patience.</summary>
public sealed record InformerOptions
{
    /// <summary>Empty: all namespaces, or a kind of the whole cluster.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public Selection? Selection { get; init; }

    /// <summary>The bounds of each watch, asked for every time one is opened.</summary>
    public Func<WatchBounds> Bounds { get; init; } = WatchBounds.Usual;

    public Reconciling.BackOff BackOff { get; init; } = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30));

    /// <summary>A whole list, all pages.</summary>
    public TimeSpan ListTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
