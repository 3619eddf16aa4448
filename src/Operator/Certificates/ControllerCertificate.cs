using System.Net;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Operator.Certificates;

/// <summary>
/// The controller's own certificate: as client of sidecars, and as server of the webhook. Made in memory by each process, renewed in time.
/// </summary>
internal sealed class ControllerCertificate(Func<AuthorityState?> authority, CertificateTimes times, IReadOnlyList<string> dnsNames,
    TimeProvider time)
{
    private readonly Lock _lock = new();
    private TlsIdentity? _identity;
    private string _bundle = "";
    private DateTimeOffset _renewAt;

    /// <summary>The identity now; null until the authority is known.</summary>
    public TlsIdentity? Current
    {
        get
        {
            lock (_lock)
            {
                if (authority() is { } state && (_identity is null || state.Bundle != _bundle || time.GetUtcNow() >= _renewAt))
                    Renew(state);
                return _identity;
            }
        }
    }

    private void Renew(AuthorityState state)
    {
        var now = time.GetUtcNow();
        // What was issued before stays undisposed: handshakes that still use it are under way.
        var issued = Issuer.Of(state.Current)
            .Issue(new("k8smediaflow-controller", [ControllerIdentity.Uri], [IPAddress.Loopback], now - CertificateTimes.ClockSkew,
            times.Leaf + CertificateTimes.ClockSkew)
            {
                DnsNames = dnsNames,
            });
        _identity = TlsIdentity.FromPem(issued.CertificatePem, issued.PrivateKeyPem(), state.Bundle);
        (_bundle, _renewAt) = (state.Bundle, AuthorityState.RenewAt(issued.Certificate));
    }
}
