namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Words that C# reserves: only namespaces can contain them, since all other names begin with a capital.</summary>
internal static class Keywords
{
    private static readonly HashSet<string> Words =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal",
        "default", "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for",
        "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null",
        "object", "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte",
        "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof",
        "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
    ];

    /// <summary>A dotted name whose reserved parts are marked as names.</summary>
    public static string Escape(string dotted) =>
        string.Join('.', dotted.Split('.').Select(part => Words.Contains(part) ? "@" + part : part));
}
