using K8sMediaFlow.Fabric;

namespace K8sMediaFlow.Sidecar.Devices;

/// <summary>
/// Memory that links read from, each piece once however many links read it, and whether a device knows it yet. The caller's lock is around
/// all of it but the end of an entry, which comes from any thread.
/// </summary>
internal sealed class RegisteredRegions : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Piece> _pieces = [];

    public int Count
    {
        get
        {
            lock (_gate)
                return _pieces.Count;
        }
    }

    public IDisposable Add(nint address, long lengthBytes)
    {
        lock (_gate)
        {
            var piece = _pieces.Find(one => one.Address == address && one.LengthBytes == lengthBytes);
            if (piece is null)
                _pieces.Add(piece = new Piece(address, lengthBytes));
            piece.Users++;
            return new Use(this, piece);
        }
    }

    /// <summary>What is not registered yet is now.</summary>
    /// <exception cref="FabricException">The device refuses one; those before it stay.</exception>
    public void RegisterAll(IFabric fabric)
    {
        lock (_gate)
        {
            foreach (var piece in _pieces)
                piece.Registration ??= fabric.Register(piece.Address, piece.LengthBytes);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var piece in _pieces)
                piece.Registration?.Dispose();
            _pieces.Clear();
        }
    }

    private void Release(Piece piece)
    {
        lock (_gate)
        {
            if (--piece.Users > 0 || !_pieces.Remove(piece))
                return;
            piece.Registration?.Dispose();
        }
    }

    private sealed class Piece(nint address, long lengthBytes)
    {
        public nint Address { get; } = address;

        public long LengthBytes { get; } = lengthBytes;

        public int Users { get; set; }

        public IDisposable? Registration { get; set; }
    }

    private sealed class Use(RegisteredRegions regions, Piece piece) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
                regions.Release(piece);
        }
    }
}
