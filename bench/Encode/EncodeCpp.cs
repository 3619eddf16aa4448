using System.Diagnostics;
using System.Globalization;

namespace K8sMediaFlow.Bench.Encode;

/// <summary>The reference implementation's turn: bench/native/capnp_encode.cc, compiled now and asked for one run at a time.</summary>
internal sealed class EncodeCpp : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bench-encode-");
    private readonly Process _process;

    public EncodeCpp()
    {
        var schemas = Path.Combine(Checkout.Root, "src/Messages/Schema");
        var annotations = Path.Combine(Checkout.Root, "libs/CapnProto.Compiler/Schema");
        Run("capnp", ["compile", "-I" + annotations, "--src-prefix=" + annotations, "-oc++:" + _folder.FullName, "frame.capnp",
            annotations + "/csharp.capnp"], schemas);
        var source = Checkout.Native("capnp_encode.cc");
        Run("g++", ["-O2", "-std=c++17", "-I.", "-o", "capnp_encode", source, "frame.capnp.c++", "csharp.capnp.c++", "-lcapnp", "-lkj",
            "-lpthread"], _folder.FullName);
        _process = Process.Start(new ProcessStartInfo(Path.Combine(_folder.FullName, "capnp_encode"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public double[] Ask(string order)
    {
        _process.StandardInput.WriteLine(order);
        _process.StandardInput.Flush();
        var answer = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("capnp_encode ended");
        return answer.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture))
            .ToArray();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(2000))
            _process.Kill();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    internal static void Run(string program, string[] arguments, string folder)
    {
        // kj compares PWD with the real working directory and grumbles.
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder };
        start.Environment["PWD"] = folder;
        using var process = Process.Start(start)!;
        var code = ProcessEnd.Await(process, program);
        if (code != 0)
            throw new InvalidOperationException($"{program} ended with {code}");
    }
}
