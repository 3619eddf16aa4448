using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>A message reader on the heap, so that a lambda can use it.</summary>
internal sealed class MessageReaderBox(GuardedMemory memory)
{
    private MessageReader _message = new(memory.Span, ReadLimits.Default);

    public StructReader Root() => _message.Root();
}
