namespace K8sMediaFlow.CapnProto.Corpus.Tests.Published;

/// <summary>The C# of a <see cref="PublishedDriver"/>, which can be compiled only where the generated code is.</summary>
internal static class PublishedDriverSource
{
    private static readonly string[] Numbers = ["Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32",
        "Float64"];

    public static string Text =>
        string.Join('\n', [Head, Printer("TestAllTypes", onlyIfSet: true), Printer("TestDefaults", onlyIfSet: false), Builder, "}"]);

    private const string Head = """
        #nullable enable
        using System;
        using System.Collections.Generic;
        using System.Globalization;
        using System.Linq;
        using System.Text;
        using K8sMediaFlow.CapnProto;
        using Schemas.Test;

        namespace Corpus.Drivers;

        public sealed class PublishedCode : K8sMediaFlow.CapnProto.Corpus.Tests.Published.PublishedDriver
        {
            public override string AllTypes(ref MessageReader message) => Of(message.Root<TestAllTypes.Reader>());

            public override string Defaults(ref MessageReader message) => Of(message.Root<TestDefaults.Reader>());

            public override string Lists(ref MessageReader message)
            {
                var lists = message.Root<TestLists.Reader>();
                var parts = new List<string> { lists.List0.Count.ToString(CultureInfo.InvariantCulture) };
                foreach (var one in lists.List1)
                    parts.Add(one.F ? "true" : "false");
                foreach (var one in lists.List64)
                    parts.Add(Number(one.F));
                foreach (var one in lists.ListP)
                    parts.Add(one.F.ToString());
                for (var index = 0; index < lists.Int32ListList.Count; index++)
                    parts.Add(List(lists.Int32ListList[index].ToArray().Select(Number)));
                parts.Add(Number(lists.StructListList[1][0].Int32Field));
                return string.Join(' ', parts);
            }

            public override (string Struct, string Text, byte[] Packed, string Number, string Generic) Constants() => (
                Of(TestSchema.EmbeddedStruct), TestSchema.EmbeddedText, TestSchema.EmbeddedData.ToArray(),
                Number(TestSchema.DerivedConstant.UInt32Field), TestSchema.GenericConstant.Rev.Foo.ToString());

            private static string Number<T>(T value) where T : IFormattable => value switch
            {
                float.PositiveInfinity or double.PositiveInfinity => "inf",
                float.NegativeInfinity or double.NegativeInfinity => "-inf",
                float.NaN or double.NaN => "nan",
                _ => value.ToString("R", CultureInfo.InvariantCulture).Replace("E+", "e").Replace("E", "e"),
            };

            private static string Name(TestEnum value) => value.ToString().ToLowerInvariant();

            private static string Quoted(ReadOnlySpan<byte> bytes) => "\"" + Encoding.UTF8.GetString(bytes) + "\"";

            private static string List(IEnumerable<string> parts) => "[" + string.Join(", ", parts) + "]";

            private static List<string> Bools(BoolListReader list)
            {
                var bools = new List<string>();
                foreach (var one in list)
                    bools.Add(one ? "true" : "false");
                return bools;
            }

            private static List<string> Texts(TextListReader list)
            {
                var texts = new List<string>();
                for (var index = 0; index < list.Count; index++)
                    texts.Add(Quoted(list[index].Bytes));
                return texts;
            }

            private static List<string> Datas(DataListReader list)
            {
                var datas = new List<string>();
                for (var index = 0; index < list.Count; index++)
                    datas.Add(Quoted(list[index]));
                return datas;
            }

            private static List<string> Structs(StructListReader<TestAllTypes.Reader> list)
            {
                var structs = new List<string>();
                foreach (var one in list)
                    structs.Add(Of(one));
                return structs;
            }
        """;

    /// <summary>The two structs have the same fields; those of one have defaults.</summary>
    private static string Printer(string type, bool onlyIfSet) => $$"""
            private static string Of({{type}}.Reader r)
            {
                var parts = new List<string> { "voidField = void", "boolField = " + (r.BoolField ? "true" : "false") };
                {{Lines(Numbers.Select(name => $"parts.Add(\"{Lower(name)}Field = \" + Number(r.{name}Field));"))}}
                {{Set("TextField", "Quoted(r.TextField.Bytes)", onlyIfSet)}}
                {{Set("DataField", "Quoted(r.DataField)", onlyIfSet)}}
                {{Set("StructField", "Of(r.StructField)", onlyIfSet)}}
                parts.Add("enumField = " + Name(r.EnumField));
                parts.Add("interfaceField = void");
                {{Set("VoidList", "List(Enumerable.Repeat(\"void\", r.VoidList.Count))", onlyIfSet)}}
                {{Set("BoolList", "List(Bools(r.BoolList))", onlyIfSet)}}
                {{Lines(Numbers.Select(name => Set(name + "List", $"List(r.{name}List.ToArray().Select(Number))", onlyIfSet)))}}
                {{Set("TextList", "List(Texts(r.TextList))", onlyIfSet)}}
                {{Set("DataList", "List(Datas(r.DataList))", onlyIfSet)}}
                {{Set("StructList", "List(Structs(r.StructList))", onlyIfSet)}}
                {{Set("EnumList", "List(r.EnumList.ToArray().Select(Name))", onlyIfSet)}}
                return "(" + string.Join(", ", parts) + ")";
            }
        """;

    private static string Builder => $$"""
            public override void Rebuild(ref MessageReader source, ref MessageBuilder target) =>
                Copy(source.Root<TestAllTypes.Reader>(), target.InitRoot<TestAllTypes.Builder>());

            private static void Copy(TestAllTypes.Reader r, TestAllTypes.Builder b)
            {
                b.BoolField = r.BoolField;
                b.EnumField = r.EnumField;
                {{Lines(Numbers.Select(name => $"b.{name}Field = r.{name}Field;"))}}
                if (r.HasTextField) b.SetTextField(r.TextField.Bytes);
                if (r.HasDataField) b.DataField = r.DataField;
                if (r.HasStructField) Copy(r.StructField, b.InitStructField());
                if (r.HasVoidList) b.InitVoidList(r.VoidList.Count);
                if (r.HasBoolList)
                {
                    var bools = b.InitBoolList(r.BoolList.Count);
                    for (var index = 0; index < bools.Count; index++)
                        bools[index] = r.BoolList[index];
                }

                {{Lines(Numbers.Append("Enum").Select(name => $"if (r.Has{name}List) r.{name}List.ToArray().CopyTo(b.Init{name}List(r.{name}List.Count).Span);"))}}
                if (r.HasTextList) b.SetTextList(r.TextList.ToStrings());
                if (r.HasDataList) b.SetDataList(r.DataList);
                if (!r.HasStructList)
                    return;
                var structs = b.InitStructList(r.StructList.Count);
                for (var index = 0; index < structs.Count; index++)
                    Copy(r.StructList[index], structs[index]);
            }
        """;

    private static string Set(string name, string text, bool onlyIfSet) =>
        (onlyIfSet ? $"if (r.Has{name}) " : "") + $"parts.Add(\"{Lower(name)} = \" + {text});";

    private static string Lines(IEnumerable<string> lines) => string.Join("\n        ", lines);

    private static string Lower(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
