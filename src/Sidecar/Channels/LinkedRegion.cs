using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>
/// A region that an outbound link reads. It stays mapped, and known to the device, while the link has frames that lie there, even if it is
/// buried meanwhile: that depends on the goodbyes of media operators, and those may lie. Guarded by its port's lock.
/// </summary>
/// <param name="region">Held from here on.</param>
/// <param name="registration">What makes it known to the device, if there is one.</param>
internal sealed class LinkedRegion(PodRegion region, IDisposable? registration)
{
    private int _frames;
    private bool _isGone, _isOver;

    public PodRegion Region { get; } = region;

    public RegionReader Reader { get; } = region.Reader;

    /// <summary>Retired and not read any more.</summary>
    public bool IsOver => _isOver;

    /// <summary>A segment of a frame that the link has taken lies here.</summary>
    public void Use() => _frames++;

    /// <summary>That frame is done.</summary>
    public void Leave()
    {
        Invariant.That(_frames > 0);
        _frames--;
        EndIfUnused();
    }

    /// <summary>No descriptor may name it any more.</summary>
    public void Retire()
    {
        _isGone = true;
        EndIfUnused();
    }

    /// <summary>The link is gone, and with it whatever it read.</summary>
    public void Abandon()
    {
        _frames = 0;
        Retire();
    }

    private void EndIfUnused()
    {
        if (!_isGone || _isOver || _frames > 0)
            return;
        _isOver = true;
        registration?.Dispose();
        Region.LetGo();
    }
}

/// <summary>The regions that one frame's segments lie in.</summary>
internal struct FrameRegions
{
    private LinkedRegion? _first, _second, _third;

    /// <summary>The frame is taken: they stay until <see cref="Leave"/>.</summary>
    public readonly void Use()
    {
        _first?.Use();
        _second?.Use();
        _third?.Use();
    }

    public readonly void Leave()
    {
        _first?.Leave();
        _second?.Leave();
        _third?.Leave();
    }

    public void Set(int segment, LinkedRegion region)
    {
        switch (segment)
        {
            case 0: _first = region; break;
            case 1: _second = region; break;
            default: _third = region; break;
        }
    }
}
