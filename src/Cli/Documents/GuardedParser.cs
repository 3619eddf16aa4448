using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace K8sMediaFlow.Cli.Documents;

/// <summary>
/// The library's parser, with one kind of exception for malformed text. On some (a flow list that is not closed before the next
/// key) its scanner trips over its own state and throws InvalidOperationException without a place; fuzzing found it.
/// </summary>
internal sealed class GuardedParser(TextReader text) : IParser
{
    private readonly Scanner _scanner = new(text);
    private Parser? _parser;

    public ParsingEvent? Current => _parser?.Current;

    public bool MoveNext()
    {
        _parser ??= new Parser(_scanner);
        try
        {
            return _parser.MoveNext();
        }
        catch (InvalidOperationException)
        {
            throw new YamlException(_scanner.CurrentPosition, _scanner.CurrentPosition,
                "something before this place is not closed or not indented as it should be");
        }
    }
}
