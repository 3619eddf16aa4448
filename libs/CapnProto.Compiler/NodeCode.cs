namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>What the code of one struct or group is written with.</summary>
internal sealed class NodeCode(SchemaNode node, CSharpNames names, TypeParameters parameters, SourceWriter source)
{
    public const string Bytes = "global::System.ReadOnlySpan<byte>";

    public SchemaNode Node => node;

    public CSharpNames Names => names;

    public TypeParameters Parameters => parameters;

    public SourceWriter Source => source;

    public TypeNames Types { get; } = new(names, parameters, node.Id);

    public string Class => names.Qualified(node.Id);

    public string Name(SchemaField field) => names.Member(node, field);

    /// <summary>Whether the pointer is set; in a union, whether it is chosen as well.</summary>
    public string Has(SchemaField field) => field.Member is { } member
        ? $"_struct.Get<ushort>({node.MemberOffset * 2}) == {member} && _struct.HasPointer({field.Offset})"
        : $"_struct.HasPointer({field.Offset})";

    /// <summary>The default of a struct or list as further argument of a getter, or nothing.</summary>
    public string DefaultWords(SchemaField field) => field.Default.Words.Length == 0
        ? ""
        : $", global::System.Runtime.InteropServices.MemoryMarshal.AsBytes({Class}.{DefaultName(field)})";

    /// <summary>The constant with a default's words, in the struct's class.</summary>
    public string DefaultName(SchemaField field) => "DefaultOf" + Name(field);

    public void Which()
    {
        if (node.MemberCount == 0)
            return;
        source.Separate();
        source.Line("/// <summary>Which member the union holds; a number beyond the enum is a member that this schema does not know yet.</summary>");
        source.Line($"public {Class}.Which Which => ({Class}.Which)_struct.Get<ushort>({node.MemberOffset * 2});");
    }

    /// <summary>Fails in reader and builder alike if the union holds another member.</summary>
    public string Require(ushort member) => $"_struct.RequireMember({node.MemberOffset * 2}, {member});";

    public string Choose(ushort member) => $"_struct.Set({node.MemberOffset * 2}, (ushort){member});";

    /// <summary>A property that only reads.</summary>
    public void Property(SchemaField field, string type, string expression) =>
        Body($"public {type} {Name(field)}", field, field.Member is { } member ? [Require(member)] : [], expression, isProperty: true);

    /// <summary>A method that in a union chooses its member first.</summary>
    public void Method(SchemaField field, string type, string signature, string? expression, params string[] before)
    {
        string[] all = field.Member is { } member ? [Choose(member), .. before] : before;
        Body($"public {type} {signature}", field, all, (type == "void" ? "" : " ") + expression, isProperty: false);
    }

    private void Body(string header, SchemaField field, string[] before, string? expression, bool isProperty)
    {
        source.Separate();
        source.Doc(field.Doc);
        if (before.Length == 0)
        {
            source.Line($"{header} => {expression?.TrimStart()};");
            return;
        }

        source.Open(header);
        if (isProperty)
            source.Open("get");
        foreach (var line in before)
            source.Line(line);
        if (expression?.Trim().Length > 0)
            source.Line((isProperty || expression.StartsWith(' ') ? "return " : "") + expression.TrimStart() + ";");
        if (isProperty)
            source.Close();
        source.Close();
    }
}
