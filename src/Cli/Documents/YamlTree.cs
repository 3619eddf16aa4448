using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace K8sMediaFlow.Cli.Documents;

/// <summary>
/// Builds JSON from YAML events and remembers where each value stood. Our own walk over the parser's events, because the library's
/// object model recurses without a limit, keeps only the last of two equal keys, and has lost the lines once it is JSON.
/// What is wrong but leaves the rest readable is collected; text that is no YAML throws.
/// </summary>
internal sealed class YamlTree
{
    private const int DepthMax = 64;

    /// <summary>Aliases multiply: ten lines can expand to a billion values.</summary>
    private const int ValuesMax = 100_000;

    private readonly IParser _parser;
    private readonly string _text;
    private readonly Dictionary<string, JsonNode?> _anchors = [];
    private readonly Dictionary<string, TextPlace> _places = [];
    private readonly List<YamlFault> _faults = [];
    private int _values;

    /// <param name="parser">Stands before a document.</param>
    /// <param name="text">What it reads, for what its events do not tell.</param>
    internal YamlTree(IParser parser, string text) => (_parser, _text) = (parser, text);

    internal IReadOnlyDictionary<string, TextPlace> Places => _places;

    internal IReadOnlyList<YamlFault> Faults => _faults;

    /// <summary>Reads the next document; false at the end of the stream.</summary>
    internal bool TryRead(out JsonNode? root)
    {
        root = null;
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
            return Aliased(path, alias);
        var anchor = at is NodeEvent { Anchor.IsEmpty: false } node ? node.Anchor.Value : null;
        var value = Content(path, depth, at);
        if (anchor is not null)
            _anchors[anchor] = value;
        return value;
    }

    private JsonNode? Content(string path, int depth, ParsingEvent at)
    {
        if (_parser.TryConsume<Scalar>(out var scalar))
            return Single(path, scalar);
        if (_parser.TryConsume<SequenceStart>(out _))
            return Sequence(path, depth);
        Demand(_parser.TryConsume<MappingStart>(out _), at, "a value is expected here");
        return Mapping(path, depth);
    }

    private JsonNode? Single(string path, Scalar scalar)
    {
        var value = YamlScalars.Read(scalar, out var wrong);
        if ((wrong ?? YamlScalars.Unknown(scalar, _text)) is { } fault)
            Fault(scalar, path, fault);
        if (scalar.Style == ScalarStyle.Plain)
            _places[path] = _places[path] with { Written = scalar.Value };
        return value;
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
        var map = new MergedMap();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = _parser.Current!;
            if (at is Scalar { Value: "<<", Style: ScalarStyle.Plain, Tag.IsEmpty: true })
                Merge(map, path, depth, at);
            else
                Entry(map, path, depth, at);
        }
        return map.Entries;
    }

    private void Entry(MergedMap map, string path, int depth, ParsingEvent at)
    {
        var key = Key(path, depth, at);
        var under = Under(path, key ?? "?");
        // The key's place, not the value's: an unknown field or an empty value is found there.
        _places.TryAdd(under, TextPlace.Of(at.Start));
        var value = Value(under, depth + 1);
        if (key is null)
            Fault(at, under, "a key must be a plain word");
        else if (map.Set(key, value) is { } wrong)
            Fault(at, under, wrong);
    }

    private string? Key(string path, int depth, ParsingEvent at) =>
        _parser.TryConsume<Scalar>(out var word)
            ? YamlScalars.Read(word, out var wrong) is var key && wrong is null ? YamlScalars.ToKey(key) : null
        : Value(Under(path, "?"), depth + 1) is JsonValue aliased && at is AnchorAlias ? YamlScalars.ToKey(aliased) : null;

    private void Merge(MergedMap map, string path, int depth, ParsingEvent at)
    {
        _parser.Consume<Scalar>();
        var merged = Value(Under(path, "<<"), depth + 1);
        if (map.Merge(merged, key => _places.TryAdd(Under(path, key), TextPlace.Of(at.Start))) is { } wrong)
            Fault(at, path, wrong);
    }

    private JsonNode? Aliased(string path, AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var value))
            Fault(alias, path, $"alias '*{alias.Value.Value}' has no anchor before it");
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

    private static string Under(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private void Fault(ParsingEvent at, string path, string message) => _faults.Add(new(TextPlace.Of(at.Start), path, message));

    private static void Demand(bool holds, ParsingEvent at, string message)
    {
        if (!holds)
            throw new YamlException(at.Start, at.End, message);
    }
}

/// <summary>Something wrong with the text of one value.</summary>
internal sealed record YamlFault(TextPlace Place, string Path, string Message);
