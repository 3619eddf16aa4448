using K8sMediaFlow.Bench;
using K8sMediaFlow.Bench.Capnp;

return args switch
{
    ["encode", .. var rest] => EncodeBench.Run(rest),
    ["capnp", .. var rest] => CapnpBench.Run(rest),
    ["handover", .. var rest] => Handover.Run(rest),
    ["handover-side", var role] => HandoverSide.Run(role),
    ["tcp", .. var rest] => TcpBench.Run(rest),
    ["tcp-end", .. var rest] => TcpBenchEnd.Run(rest),
    ["controller", .. var rest] => await K8sMediaFlow.Bench.Controller.ControllerBench.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: bench encode|capnp|handover|tcp|controller [--out DIRECTORY]");
    return 2;
}
