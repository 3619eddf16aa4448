using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Messages;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>Somebody who dials the ports of a sidecar with a certificate that he has come by.</summary>
internal sealed class Stranger(TlsIdentity identity)
{
    public const int Ok = 0, PermissionDenied = 7, NoTls = -1;

    /// <summary>Whom the sidecar says that it is: the serial number of its certificate.</summary>
    public string SerialAt(PodTunnel port)
    {
        using var tls = Dial(port);
        return ((X509Certificate2)tls.RemoteCertificate!).SerialNumber;
    }

    /// <summary>Opens a link as the sidecar of a pod would, and hears why not; an empty text where it is let in.</summary>
    public string Hello(PodTunnel linkPort, string space, string pipeline, string edge, string pod)
    {
        using var tls = Dial(linkPort);
        var buffer = new MessageBuffer(32 << 10);
        var hello = buffer.Begin<LinkMessage.Builder>().InitHello();
        hello.Magic = LinkMessage.Magic;
        (hello.ProtocolLowest, hello.ProtocolHighest) = (LinkMessage.Protocol, LinkMessage.Protocol);
        (hello.Namespace, hello.Pipeline, hello.Edge, hello.SenderPod, hello.SenderIncarnation) = (space, pipeline, edge, pod, 1);
        var fabric = hello.InitFabrics(1)[0];
        fabric.Kind = LinkMessage.FabricKind.Tcp;
        var message = buffer.Finish().ToArray();
        var prefix = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, message.Length);
        tls.Write([.. prefix, .. message]);
        tls.ReadExactly(prefix);
        var answer = new byte[BinaryPrimitives.ReadInt32LittleEndian(prefix)];
        tls.ReadExactly(answer);
        var read = new MessageBuffer(4 << 10).Read<LinkMessage.Reader>(answer);
        return read.Which == LinkMessage.Which.Refused ? $"{read.Refused.Code}: {read.Refused.Reason.ToString()}" : "";
    }

    /// <summary>
    /// Asks a sidecar through its control port who it is; the gRPC status of the answer, or -1 where TLS did not come about.
    /// </summary>
    public int AskAt(PodTunnel controlPort)
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(controlPort.Connect()) };
        handler.SslOptions = Options();
        using var client = new HttpClient(handler) { Timeout = Hang.Bound };
        // An empty message in gRPC's frame of five bytes.
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("https://k8smediaflow/k8smediaflow.control.v1.Sidecar/GetInfo"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TE.Add(new("trailers"));
        try
        {
            using var response = client.SendAsync(request).GetAwaiter().GetResult();
            var status = response.TrailingHeaders.Concat(response.Headers).First(header => header.Key == "grpc-status").Value.First();
            return int.Parse(status, System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            return NoTls;
        }
    }

    private SslStream Dial(PodTunnel port)
    {
        var tls = new SslStream(port.Connect(), leaveInnerStreamOpen: false);
        tls.AuthenticateAsClient(Options());
        return tls;
    }

    private SslClientAuthenticationOptions Options() => new()
    {
        TargetHost = "k8smediaflow",
        ClientCertificateContext = SslStreamCertificateContext.Create(identity.Certificate, null, offline: true),
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
    };
}
