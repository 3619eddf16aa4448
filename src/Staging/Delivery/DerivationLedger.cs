using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// Whom a <see cref="DerivationLedger"/> tells about inputs. Called inside the ledger's methods: short, and never back into it.
/// </summary>
public interface ILedgerOwner
{
    /// <summary>
    /// The input's bytes are not needed here any more. Exactly once; with <paramref name="done"/> it is done in the same moment.
    /// </summary>
    void InputReturned(int tag, bool done);

    /// <summary>
    /// All that derives from the input, which was returned earlier, is done. Exactly once unless it was said with the return.
    /// </summary>
    void InputDone(int tag);
}

/// <summary>
/// Which outputs derive from which inputs. An input is returned when its holder has let go of it and every output that points into its
/// bytes (a forward) is returned; it is done when it is returned and every output that derives from it is done. Outputs may derive from
/// several inputs and inputs have several outputs. Records are pooled: once it has met its largest size it allocates nothing. Not
/// thread-safe.
/// </summary>
public sealed class DerivationLedger(ILedgerOwner owner)
{
    private struct Input
    {
        public int Tag;
        public int Holds;
        public int Pending;
    }

    private struct Link
    {
        public int Input;
        public int Next;
        public bool Holds;
    }

    private Pool<Input> _inputs = new(64);
    private Pool<Link> _links = new(64);
    private Pool<int> _outputs = new(64);

    /// <summary>Inputs that are not done.</summary>
    public int Inputs => _inputs.Count;

    /// <summary>Outputs that are not done.</summary>
    public int Outputs => _outputs.Count;

    /// <summary>An input that has arrived, held once. The number is valid until the input is done.</summary>
    public int AddInput(int tag)
    {
        var input = _inputs.Take();
        _inputs[input] = new Input { Tag = tag, Holds = 1 };
        return input;
    }

    /// <summary>Holds the input's bytes once more.</summary>
    public void Hold(int input)
    {
        Invariant.That(_inputs[input].Holds > 0);
        _inputs[input].Holds++;
    }

    /// <summary>Lets go of one hold.</summary>
    public void Release(int input)
    {
        ref var record = ref _inputs[input];
        Invariant.That(record.Holds > 0);
        if (--record.Holds > 0)
            return;
        var (tag, done) = (record.Tag, record.Pending == 0);
        if (done)
            _inputs.Give(input);
        owner.InputReturned(tag, done);
    }

    /// <summary>An output that derives from nothing yet. The number is valid until <see cref="OutputDone"/>.</summary>
    public int AddOutput()
    {
        var output = _outputs.Take();
        _outputs[output] = -1;
        return output;
    }

    /// <summary>
    /// Says that the output derives from the input, which is held at this moment. <paramref name="holdsBytes"/>: it points into the input's
    /// bytes.
    /// </summary>
    public void Derive(int output, int input, bool holdsBytes)
    {
        Invariant.That(_inputs[input].Holds > 0);
        if (holdsBytes)
            _inputs[input].Holds++;
        _inputs[input].Pending++;
        var link = _links.Take();
        _links[link] = new Link { Input = input, Next = _outputs[output], Holds = holdsBytes };
        _outputs[output] = link;
    }

    /// <summary>The output's bytes, and what they point into, are needed no more.</summary>
    public void OutputReturned(int output)
    {
        for (var link = _outputs[output]; link >= 0; link = _links[link].Next)
            LetGo(link);
    }

    /// <summary>The output is done; it implies returned.</summary>
    public void OutputDone(int output)
    {
        var link = _outputs[output];
        _outputs.Give(output);
        while (link >= 0)
        {
            var next = _links[link].Next;
            Settle(link);
            _links.Give(link);
            link = next;
        }
    }

    private void LetGo(int link)
    {
        ref var record = ref _links[link];
        if (!record.Holds)
            return;
        record.Holds = false;
        Release(record.Input);
    }

    private void Settle(int link)
    {
        var input = _links[link].Input;
        // Pending goes down first: a forward that is returned and done at once gives its input back with one word instead of two.
        _inputs[input].Pending--;
        var lastHold = _links[link].Holds && _inputs[input].Holds == 1;
        LetGo(link);
        if (lastHold || _inputs[input].Holds > 0 || _inputs[input].Pending > 0)
            return;
        var tag = _inputs[input].Tag;
        _inputs.Give(input);
        owner.InputDone(tag);
    }
}
