using System.Runtime.CompilerServices;

namespace K8sMediaFlow.CapnProto;

public readonly unsafe ref partial struct StructBuilder
{
    /// <inheritdoc cref="StructReader.RequireMember"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RequireMember(int offsetBytes, ushort member)
    {
        if (Get<ushort>(offsetBytes) != member)
            CapnProtoException.Throw(CapnProtoError.WrongUnionMember);
    }
}
