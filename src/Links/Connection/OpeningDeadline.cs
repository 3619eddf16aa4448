namespace K8sMediaFlow.Links.Connection;

/// <summary>
/// Ends a connection that is not opened in time: after the deadline where the peer's machine does not answer, and later where it does.
/// </summary>
internal sealed class OpeningDeadline : IDisposable
{
    private readonly ControlConnection _connection;
    private readonly TimeSpan _deadline, _hungMax;
    private readonly ITimer _timer;
    private bool _isExtended;

    public OpeningDeadline(ControlConnection connection, TimeSpan deadline, TimeSpan hungMax, TimeProvider clock)
    {
        (_connection, _deadline, _hungMax) = (connection, deadline, hungMax);
        _timer = clock.CreateTimer(static state => ((OpeningDeadline)state!).Pass(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _timer.Change(deadline, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Pass()
    {
        if (_isExtended || _hungMax <= _deadline || !_connection.IsAnsweredWithin(_deadline))
        {
            _connection.Abort();
            return;
        }
        _isExtended = true;
        try
        {
            _timer.Change(_hungMax - _deadline, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // It was opened in this moment.
        }
    }
}
