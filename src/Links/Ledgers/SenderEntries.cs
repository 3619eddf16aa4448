using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Ledgers;

/// <summary>
/// Retained frames by link sequence and in its order: as much room as they have needed at once, whatever lies between the oldest and the
/// youngest. A place is good until its entry is removed; a reference until the next one is added.
/// </summary>
internal sealed class SenderEntries
{
    /// <summary>No place: the end of the order.</summary>
    public const int None = -1;

    private const int CountMin = 16;

    private readonly Dictionary<ulong, int> _places = [];
    private Slot[] _slots = [];
    private int _free = None;
    private int _last = None;

    private struct Slot
    {
        public SenderEntry Entry;
        public int Before, After;
    }

    /// <summary>The oldest one's place.</summary>
    public int First { get; private set; } = None;

    public int Count => _places.Count;

    /// <summary>The place behind in the order.</summary>
    public int After(int place) => _slots[place].After;

    public ref SenderEntry At(int place) => ref _slots[place].Entry;

    public bool TryFind(ulong sequence, out int place) => _places.TryGetValue(sequence, out place);

    /// <summary>Adds the youngest one; returns its place.</summary>
    public int Add(in SenderEntry entry)
    {
        if (_free == None)
            Grow();
        var place = _free;
        Invariant.That(_last == None || _slots[_last].Entry.Sequence < entry.Sequence);
        _places.Add(entry.Sequence, place);
        _free = _slots[place].After;
        _slots[place] = new Slot { Entry = entry, Before = _last, After = None };
        if (_last == None)
            First = place;
        else
            _slots[_last].After = place;
        return _last = place;
    }

    public void Remove(int place)
    {
        ref var slot = ref _slots[place];
        Invariant.That(_places.Remove(slot.Entry.Sequence));
        Invariant.That(slot.Before == None ? First == place : _slots[slot.Before].After == place);
        Invariant.That(slot.After == None ? _last == place : _slots[slot.After].Before == place);
        if (slot.Before == None)
            First = slot.After;
        else
            _slots[slot.Before].After = slot.After;
        if (slot.After == None)
            _last = slot.Before;
        else
            _slots[slot.After].Before = slot.Before;
        slot = new Slot { After = _free };
        _free = place;
    }

    private void Grow()
    {
        var from = _slots.Length;
        Invariant.That(_places.Count == from);
        Array.Resize(ref _slots, Math.Max(CountMin, from * 2));
        for (var place = _slots.Length - 1; place >= from; place--)
        {
            _slots[place].After = _free;
            _free = place;
        }
    }
}
