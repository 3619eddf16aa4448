namespace K8sMediaFlow.CapnProto.Corpus.Tests.Model;

/// <summary>Random types, as they may stand in the fields of one struct.</summary>
public sealed class TypeGenerator(Random random, StructModel scope, List<StructModel> structs, List<EnumModel> enums)
{
    public CorpusType Next(int depth)
    {
        var choice = random.Next(100);
        return choice switch
        {
            < 3 => new CorpusType(Kind.Void),
            < 12 => new CorpusType(Kind.Bool),
            < 45 => new CorpusType(Kind.Int8 + random.Next(10)),
            < 50 => new CorpusType(Kind.Enum, Enum: enums[random.Next(enums.Count)]),
            < 58 => new CorpusType(Kind.Text),
            < 64 => new CorpusType(Kind.Data),
            < 86 => new CorpusType(Kind.List, Element: Element(depth)),
            < 89 => CorpusType.Any,
            < 93 when scope.IsGeneric => new CorpusType(Kind.Parameter, Parameter: random.Next(scope.AllParameters.Count)),
            _ => Struct(depth),
        };
    }

    /// <summary>Lists of any pointers do not exist in the language.</summary>
    private CorpusType Element(int depth)
    {
        while (true)
        {
            var element = Next(depth + 1);
            if (element.Kind is not (Kind.Any or Kind.Parameter) && (element.Kind != Kind.List || depth < 2))
                return element;
        }
    }

    private CorpusType Struct(int depth)
    {
        var target = structs[random.Next(structs.Count)];
        return new CorpusType(Kind.Struct, Struct: target, Arguments: Arguments(target, depth));
    }

    /// <summary>All bound, or (of a struct without outer parameters) none; from inside, a scope's own parameters are passed on.</summary>
    private CorpusType[] Arguments(StructModel target, int depth)
    {
        if (!target.IsGeneric || (depth == 0 && random.Next(5) == 0))
            return [];
        return [.. target.AllParameters.Select(_ => scope.IsGeneric ? Simple() : Pointer(depth + 1))];
    }

    /// <summary>
    /// Inside a generic struct: nothing that makes an endless number of types, as Gen(T) with a field of Gen(List(T)) would.
    /// </summary>
    private CorpusType Simple() => random.Next(3) switch
    {
        0 => new CorpusType(Kind.Text),
        1 => new CorpusType(Kind.Data),
        _ => new CorpusType(Kind.Parameter, Parameter: random.Next(scope.AllParameters.Count)),
    };

    private CorpusType Pointer(int depth) => random.Next(depth > 2 ? 3 : 6) switch
    {
        0 => new CorpusType(Kind.Text),
        1 => new CorpusType(Kind.Data),
        3 => new CorpusType(Kind.List, Element: new CorpusType(Kind.Int16)),
        4 => new CorpusType(Kind.List, Element: Element(2)),
        _ => Plain(depth),
    };

    private CorpusType Plain(int depth)
    {
        var target = structs[random.Next(structs.Count)];
        return target.IsGeneric && depth > 2
            ? new CorpusType(Kind.Text)
            : new CorpusType(Kind.Struct, Struct: target, Arguments: Arguments(target, depth));
    }
}
