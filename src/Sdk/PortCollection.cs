using System.Collections;
using System.Diagnostics.CodeAnalysis;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Sdk;

/// <summary>The ports of one direction, in the pipeline's order; by number or by name. It never changes.</summary>
/// <typeparam name="TPort"><see cref="FrameInput"/> or <see cref="FrameOutput"/>.</typeparam>
public sealed class PortCollection<TPort> : IReadOnlyList<TPort>
    where TPort : class
{
    private readonly string _owner;
    private readonly string _kind;
    private readonly string[] _names;
    private readonly TPort[] _ports;

    /// <param name="owner">Name of the media operator.</param>
    /// <param name="kind">For messages: <c>input</c> or <c>output</c>.</param>
    /// <param name="names">One for each port.</param>
    /// <param name="ports">In the pipeline's order.</param>
    internal PortCollection(string owner, string kind, string[] names, TPort[] ports)
    {
        Invariant.That(names.Length == ports.Length);
        (_owner, _kind, _names, _ports) = (owner, kind, names, ports);
    }

    /// <inheritdoc/>
    public int Count => _ports.Length;

    /// <inheritdoc/>
    public TPort this[int index] => _ports[index];

    /// <summary>The port of this name. Ask once per frame if you like: nothing is allocated.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that there are, and suggests the nearest.</exception>
    public TPort this[string name] => TryGet(name, out var port) ? port
        : throw new ArgumentException(
            $"{_owner} has no {_kind} '{name}'{NameSuggestion.Hint(name, _names)}; it has {Listing()}.", nameof(name));

    /// <summary>The port of this name, if there is one: for ports that a pipeline may leave out.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TPort? port)
    {
        ArgumentNullException.ThrowIfNull(name);
        var index = Array.IndexOf(_names, name);
        port = index < 0 ? null : _ports[index];
        return port is not null;
    }

    /// <inheritdoc/>
    public IEnumerator<TPort> GetEnumerator() => ((IEnumerable<TPort>)_ports).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private string Listing() => _names.Length == 0 ? $"no {_kind}s" : string.Join(", ", _names);
}
