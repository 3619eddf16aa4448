using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace K8sMediaFlow.Cli.Documents;

/// <summary>
/// Builds JSON from YAML events and remembers where each value stood. Our own walk over the parser's events, because the library's
/// object model recurses without a limit, keeps only the last of two equal keys, and has lost the lines once it is JSON.
/// </summary>
internal sealed class YamlTree
{
    private const int DepthMax = 64;

    /// <summary>Aliases multiply: ten lines can stand for a billion values.</summary>
    private const int ValuesMax = 100_000;

    private readonly IParser _parser;
    private readonly Dictionary<string, JsonNode?> _anchors = [];
    private readonly Dictionary<string, TextPlace> _places = [];
    private int _values;

    internal YamlTree(IParser parser) => _parser = parser;

    /// <summary>Reads the next document; false at the end of the stream.</summary>
    internal bool TryRead(out JsonNode? root, out IReadOnlyDictionary<string, TextPlace> places)
    {
        root = null;
        places = _places;
        _parser.TryConsume<StreamStart>(out _);
        if (!_parser.TryConsume<DocumentStart>(out _))
            return false;
        root = Value("", 0);
        _parser.Consume<DocumentEnd>();
        return true;
    }

    private JsonNode? Value(string path, int depth)
    {
        var at = _parser.Current!;
        _places.TryAdd(path, TextPlace.Of(at.Start));
        Demand(depth <= DepthMax, at, $"nested more than {DepthMax} levels deep");
        Demand(++_values <= ValuesMax, at, $"more than {ValuesMax} values");
        if (_parser.TryConsume<AnchorAlias>(out var alias))
            return Aliased(alias);
        var anchor = at is NodeEvent { Anchor.IsEmpty: false } node ? node.Anchor.Value : null;
        var value = Content(path, depth, at);
        if (anchor is not null)
            _anchors[anchor] = value;
        return value;
    }

    private JsonNode? Content(string path, int depth, ParsingEvent at)
    {
        if (_parser.TryConsume<Scalar>(out var scalar))
            return YamlScalars.ToJson(scalar);
        if (_parser.TryConsume<SequenceStart>(out _))
            return Sequence(path, depth);
        Demand(_parser.TryConsume<MappingStart>(out _), at, "a value is expected here");
        return Mapping(path, depth);
    }

    private JsonArray Sequence(string path, int depth)
    {
        var list = new JsonArray();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            list.Add(Value(FormattableString.Invariant($"{path}[{list.Count}]"), depth + 1));
        return list;
    }

    private JsonObject Mapping(string path, int depth)
    {
        var map = new JsonObject();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = _parser.Current!;
            Demand(_parser.TryConsume<Scalar>(out var key), at, "a key must be a plain word");
            var under = path.Length == 0 ? key!.Value : $"{path}.{key!.Value}";
            Demand(!map.ContainsKey(key.Value), at, $"key '{under}' is there twice");
            // The key's place, not the value's: an unknown field or an empty value is found there.
            _places.TryAdd(under, TextPlace.Of(at.Start));
            map[key.Value] = Value(under, depth + 1);
        }
        return map;
    }

    private JsonNode? Aliased(AnchorAlias alias)
    {
        Demand(_anchors.TryGetValue(alias.Value.Value, out var value), alias, $"alias '*{alias.Value.Value}' has no anchor before it");
        _values += Size(value);
        Demand(_values <= ValuesMax, alias, $"more than {ValuesMax} values");
        return value?.DeepClone();
    }

    private static int Size(JsonNode? node) => node switch
    {
        JsonObject map => 1 + map.Sum(one => Size(one.Value)),
        JsonArray list => 1 + list.Sum(Size),
        _ => 1,
    };

    private static void Demand(bool holds, ParsingEvent at, string message)
    {
        if (!holds)
            throw new YamlException(at.Start, at.End, message);
    }
}
