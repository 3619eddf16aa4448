using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Corpus.Tests.Reference;

/// <summary>Debian's C++ library, as one process that answers framed requests; see corpus_peer.cc.</summary>
public sealed class ReferencePeer : IDisposable
{
    private readonly Process _process;

    public ReferencePeer()
    {
        _process = Process.Start(new ProcessStartInfo(Compile()) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    public void Learn(byte[] request) => Ask('S', request);

    /// <summary>What the reference reads, and the message in its canonical form.</summary>
    public (string Dump, byte[] Canonical) Read(ulong type, byte[] message, bool isPacked)
    {
        var payload = new byte[9 + message.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, type);
        payload[8] = isPacked ? (byte)1 : (byte)0;
        message.CopyTo(payload, 9);
        return Split(Ask('D', payload));
    }

    /// <summary>What the reference reads, or null where it refuses the message: then <paramref name="reason"/> says why.</summary>
    public string? TryRead(ulong type, byte[] message, out string reason)
    {
        try
        {
            reason = "";
            return Read(type, message, isPacked: false).Dump;
        }
        catch (ReferenceRefusalException e)
        {
            reason = e.Message;
            return null;
        }
    }

    /// <summary>A random message of the reference's, and what it reads as.</summary>
    public (string Dump, byte[] Message) Build(ulong type, int seed, bool isPacked)
    {
        var payload = new byte[13];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, type);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(8), seed);
        payload[12] = isPacked ? (byte)1 : (byte)0;
        return Split(Ask('B', payload));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
            _process.Kill();
        _process.Dispose();
    }

    private byte[] Ask(char operation, byte[] payload)
    {
        var head = new byte[5];
        head[0] = (byte)operation;
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(1), payload.Length);
        var input = _process.StandardInput.BaseStream;
        input.Write(head);
        input.Write(payload);
        input.Flush();
        var output = _process.StandardOutput.BaseStream;
        output.ReadExactly(head);
        var reply = new byte[BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(1))];
        output.ReadExactly(reply);
        return head[0] == 0 ? reply : throw new ReferenceRefusalException("the reference refuses it: " + Encoding.UTF8.GetString(reply));
    }

    private static (string Text, byte[] Behind) Split(byte[] reply)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(reply);
        return (Encoding.UTF8.GetString(reply, 4, length), reply[(4 + length)..]);
    }

    /// <summary>The program, compiled once for each version of its source and kept in the user's cache.</summary>
    private static string Compile()
    {
        var source = Path.Combine(Repository.Root, "tests/integration/CapnProto.Corpus.Tests/Reference/corpus_peer.cc");
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set
            ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var folder = Directory.CreateDirectory(Path.Combine(cache, "k8smediaflow-tests")).FullName;
        var program = Path.Combine(folder, "corpus_peer-" + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(source)))[..16]);
        if (File.Exists(program))
            return program;
        var made = program + "." + Environment.ProcessId;
        Tool.Run("g++", ["-std=c++17", "-o", made, source, "-lcapnp", "-lkj", "-lpthread"]);
        File.Move(made, program, overwrite: true);
        return program;
    }
}
