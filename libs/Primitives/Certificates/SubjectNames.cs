using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace K8sMediaFlow.Primitives.Certificates;

/// <summary>
/// Writes and reads URI SANs. The framework's builder rewrites URIs (a slash after the host), its reader lists none; identities are
/// compared letter by letter.
/// </summary>
public static class SubjectNames
{
    private const string AlternativeName = "2.5.29.17";
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);
    private static readonly Asn1Tag Dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Address = new(TagClass.ContextSpecific, 7);

    /// <summary>The extension with these names, in this order.</summary>
    public static X509Extension Write(IEnumerable<string> uris, IEnumerable<IPAddress> addresses, IEnumerable<string>? dnsNames = null)
    {
        ArgumentNullException.ThrowIfNull(uris);
        ArgumentNullException.ThrowIfNull(addresses);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var uri in uris)
                writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, Uri);
            foreach (var name in dnsNames ?? [])
                writer.WriteCharacterString(UniversalTagNumber.IA5String, name, Dns);
            foreach (var address in addresses)
                writer.WriteOctetString(address.GetAddressBytes(), Address);
        }

        return new X509Extension(AlternativeName, writer.Encode(), critical: false);
    }

    /// <summary>All URI SANs of a certificate; empty where it has none or they are malformed.</summary>
    public static IReadOnlyList<string> Uris(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var extension = certificate.Extensions.FirstOrDefault(candidate => candidate.Oid?.Value == AlternativeName);
        return extension is null ? [] : Read(extension.RawData);
    }

    private static List<string> Read(byte[] encoded)
    {
        try
        {
            var names = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
            var uris = new List<string>();
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(Uri))
                    uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, Uri));
                else
                    names.ReadEncodedValue();
            }

            return uris;
        }
        catch (AsnContentException)
        {
            return [];
        }
    }
}
