using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace K8sMediaFlow.Crds.Generator;

/// <summary>The documentation comments of the types, as sentences for <c>kubectl explain</c> and the guide.</summary>
internal static partial class Descriptions
{
    private static readonly Dictionary<string, XElement> Members = Load("K8sMediaFlow.Crds", "K8sMediaFlow.Pipelines");

    internal static string Of(Type type) =>
        Find("T:" + type.FullName)?.Element("summary") is { } summary ? Text(summary) : ForeignTypes.Describe(type.Name, null);

    /// <summary>A property's own summary, or the text of the parameter that makes it in a positional record.</summary>
    internal static string Of(PropertyInfo property)
    {
        var owner = property.DeclaringType!;
        if (Find($"P:{owner.FullName}.{property.Name}")?.Element("summary") is { } summary)
            return Text(summary);
        var parameter = Find("T:" + owner.FullName)?.Elements("param").FirstOrDefault(one => one.Attribute("name")?.Value == property.Name);
        return parameter is not null ? Text(parameter) : ForeignTypes.Describe(owner.Name, property.Name);
    }

    private static XElement? Find(string member) => Members.GetValueOrDefault(member);

    private static Dictionary<string, XElement> Load(params string[] assemblies) => assemblies
        .SelectMany(name => XDocument.Load(Path.Combine(AppContext.BaseDirectory, name + ".xml")).Descendants("member"))
        .ToDictionary(member => member.Attribute("name")!.Value);

    private static string Text(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
            text.Append(node switch
            {
                XText words => words.Value,
                XElement reference when reference.Attribute("cref") is { } cref => cref.Value.Split('.')[^1],
                XElement inner => inner.Value,
                _ => "",
            });
        return Spaces().Replace(text.ToString(), " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
