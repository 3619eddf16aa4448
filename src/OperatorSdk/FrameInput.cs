#pragma warning disable CA1822 // the bodies follow
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace K8sMediaFlow.OperatorSdk;

/// <summary>An input port. Use it from one thread (or one asynchronous loop) at a time; several ports may be used side by side.</summary>
public sealed class FrameInput
{
    internal FrameInput(string name, FrameCaps? caps) => (Name, Caps) = (name, caps);

    /// <summary>Name of the port in the pipeline.</summary>
    public string Name { get; }

    /// <summary>What the pipeline says of the frames that come in; null where it says nothing.</summary>
    public FrameCaps? Caps { get; }

    /// <summary>Whether every producer has ended its stream and everything was received.</summary>
    public bool Ended => true;

    /// <summary>Takes the next frame if there is one. Never waits. False: none for now, or <see cref="Ended"/>.</summary>
    public bool TryReceive([NotNullWhen(true)] out Frame? frame)
    {
        frame = null;
        return false;
    }

    /// <summary>
    /// Takes the next frame, sleeping on the operator's bell on this thread until there is one. Null at the end of the stream.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="MediaOperatorException">The operator has failed or was disposed, or the sidecar stayed away too long.</exception>
    public Frame? Receive(CancellationToken cancellation = default) => null;

    /// <summary>
    /// The frames up to the end of the stream. Dispose each one; nothing is allocated per frame. Cancellation ends the sequence with
    /// <see cref="OperationCanceledException"/>; frames not yet received stay with their producers.
    /// </summary>
    public async IAsyncEnumerable<Frame> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.CompletedTask;
        yield break;
    }
}
