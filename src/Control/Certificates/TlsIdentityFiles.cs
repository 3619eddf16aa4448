using System.Security.Cryptography;

namespace K8sMediaFlow.Control.Certificates;

/// <summary>
/// Certificate, key and authorities in files that may be renewed while the process runs. Looked at again at each handshake, since a
/// watch on a mounted Secret (a chain of symbolic links that is swapped) misses changes. Thread-safe.
/// </summary>
public sealed class TlsIdentityFiles(string certificateFile, string keyFile, string authoritiesFile)
{
    private readonly Lock _lock = new();
    private TlsIdentity? _current;
    private DateTime _writtenUtc;

    /// <summary>The identity in the files now; while they are half renewed, the last one that was whole.</summary>
    /// <exception cref="CryptographicException">The files were never a valid identity.</exception>
    public TlsIdentity Current
    {
        get
        {
            lock (_lock)
            {
                var writtenUtc = LastWrittenUtc();
                if (_current is null || writtenUtc != _writtenUtc)
                    Reload(writtenUtc);
                return _current!;
            }
        }
    }

    /// <summary>Writes an issued certificate and its authorities as three files of mode 0600.</summary>
    public static TlsIdentityFiles Write(string certificateFile, string keyFile, string authoritiesFile, IssuedCertificate issued, string authoritiesPem)
    {
        ArgumentNullException.ThrowIfNull(issued);
        PrivateFile.Write(keyFile, issued.PrivateKeyPem());
        PrivateFile.Write(certificateFile, issued.CertificatePem);
        PrivateFile.Write(authoritiesFile, authoritiesPem);
        return new TlsIdentityFiles(certificateFile, keyFile, authoritiesFile);
    }

    private DateTime LastWrittenUtc()
    {
        string[] files = [certificateFile, keyFile, authoritiesFile];
        return files.Max(File.GetLastWriteTimeUtc);
    }

    private void Reload(DateTime writtenUtc)
    {
        try
        {
            _current = TlsIdentity.Load(certificateFile, keyFile, authoritiesFile);
            _writtenUtc = writtenUtc;
        }
        catch (Exception error) when (_current is not null && error is CryptographicException or IOException)
        {
            // Half renewed: the next handshake looks again.
        }
    }
}
