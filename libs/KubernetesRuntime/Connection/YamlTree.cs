using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace K8sMediaFlow.KubernetesRuntime.Connection;

/// <summary>A place in a YAML file that knows its path, for errors that name it. A place that is not there reads as null.</summary>
internal readonly record struct YamlTree(string File, string Path, YamlNode? Node)
{
    public static YamlTree Load(string path)
    {
        var stream = new YamlStream();
        try
        {
            using var text = new StreamReader(path);
            stream.Load(text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConnectionException($"{path}: {error.Message}", error);
        }
        // The parser trips over its own state on some malformed texts, hence the second kind.
        catch (Exception error) when (error is YamlException or InvalidOperationException)
        {
            throw new ConnectionException($"{path}: is no YAML: {error.Message}", error);
        }
        return new(path, "", stream.Documents.Count > 0 ? stream.Documents[0].RootNode : null);
    }

    public YamlTree this[string key]
    {
        get
        {
            var path = Path.Length == 0 ? key : $"{Path}.{key}";
            if (Node is null or YamlScalarNode { Value: null or "" or "null" or "~" })
                return new(File, path, null);
            if (Node is not YamlMappingNode mapping)
                throw Wrong("must be a map");
            return new(File, path, mapping.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null);
        }
    }

    public string? Text => Node switch
    {
        null => null,
        YamlScalarNode scalar =>
            scalar.Value is { Length: > 0 } value and not ("null" or "~") || scalar.Style is ScalarStyle.SingleQuoted
                or ScalarStyle.DoubleQuoted
            ? scalar.Value : null,
        _ => throw Wrong("must be a text"),
    };

    public bool Flag => Text switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Wrong("must be true or false"),
    };

    public IEnumerable<YamlTree> Items()
    {
        if (Node is null or YamlScalarNode { Value: null or "" or "null" or "~" })
            return [];
        var (file, path) = (File, Path);
        return Node is YamlSequenceNode sequence
            ? sequence.Children.Select((child, index) => new YamlTree(file, $"{path}[{index}]", child))
            : throw Wrong("must be a list");
    }

    public string Required() => Text is { Length: > 0 } value ? value : throw Wrong("is missing");

    public ConnectionException Wrong(string what, Exception? cause = null) => new($"{File}: {Path}: {what}", cause);
}
