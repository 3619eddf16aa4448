namespace K8sMediaFlow.CapnProto.Corpus.Tests.Model;

/// <summary>Numbers the fields of a struct: what is old first, since an older schema has no gaps.</summary>
public static class Ordinals
{
    public static void Assign(StructModel scope)
    {
        var next = 0;
        Assign(scope.Members, wantsNew: false, isNew: false, ref next);
        Assign(scope.Members, wantsNew: true, isNew: false, ref next);
    }

    private static void Assign(List<Member> members, bool wantsNew, bool isNew, ref int next)
    {
        foreach (var member in members)
        {
            if (member is GroupMember group)
                Assign(group.Members, wantsNew, isNew || group.IsNew, ref next);
            else if ((isNew || member.IsNew) == wantsNew)
                member.Ordinal = next++;
        }
    }
}
