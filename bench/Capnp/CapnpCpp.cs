using System.Diagnostics;
using System.Globalization;
using K8sMediaFlow.Bench.Encode;

namespace K8sMediaFlow.Bench.Capnp;

/// <summary>The reference implementation's turn: bench/native/capnp_rows.cc, compiled now and asked for one row at a time.</summary>
internal sealed class CapnpCpp : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bench-capnp-");
    private readonly Process _process;

    public CapnpCpp()
    {
        var schemas = Path.Combine(Checkout.Root, "bench/Capnp/Schema");
        var annotations = Path.Combine(Checkout.Root, "libs/CapnProto.Compiler/Schema");
        EncodeCpp.Run("capnp", ["compile", "-I" + annotations, "--src-prefix=" + annotations, "-oc++:" + _folder.FullName, "rows.capnp",
            annotations + "/csharp.capnp"], schemas);
        var source = Checkout.Native("capnp_rows.cc");
        EncodeCpp.Run("g++", ["-O2", "-DNDEBUG", "-std=c++17", "-I.", "-o", "capnp_rows", source, "rows.capnp.c++", "csharp.capnp.c++",
            "-lcapnp", "-lkj"], _folder.FullName);
        _process = Process.Start(new ProcessStartInfo(Path.Combine(_folder.FullName, "capnp_rows"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public ((double Build, double Read) Times, ulong Sum) Ask(string order)
    {
        _process.StandardInput.WriteLine(order);
        _process.StandardInput.Flush();
        var answer = (_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("capnp_rows ended")).Split(' ');
        return ((Number(answer[0]), Number(answer[1])), ulong.Parse(answer[2], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(2000))
            _process.Kill();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
