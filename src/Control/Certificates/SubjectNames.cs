using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace K8sMediaFlow.Control.Certificates;

/// <summary>Reads URI SANs: the framework's extension class lists only DNS names and addresses.</summary>
public static class SubjectNames
{
    private const string AlternativeName = "2.5.29.17";
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

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
