using K8sMediaFlow.Bench.Capnp;
using K8sMediaFlow.Bench.Cluster;
using K8sMediaFlow.Bench.Controller;
using K8sMediaFlow.Bench.Delivery;
using K8sMediaFlow.Bench.Encode;
using K8sMediaFlow.Bench.Handover;
using K8sMediaFlow.Bench.Pipeline;
using K8sMediaFlow.Bench.Rdma;
using K8sMediaFlow.Bench.Recovery;
using K8sMediaFlow.Bench.Startup;
using K8sMediaFlow.Bench.Tcp;

return args switch
{
    ["encode", .. var rest] => EncodeBench.Run(rest),
    ["capnp", .. var rest] => CapnpBench.Run(rest),
    ["handover", .. var rest] => HandoverBench.Run(rest),
    ["handover-side", var role] => HandoverSide.Run(role),
    ["awaited", .. var rest] => await AwaitedHandover.RunAsync(rest),
    ["tcp", .. var rest] => TcpBench.Run(rest),
    ["tcp-end", .. var rest] => TcpBenchEnd.Run(rest),
    ["rdma", .. var rest] => RdmaBench.Run(rest),
    ["rdma-guest", var bare, var pairs] => RdmaRun.Run(bare, pairs),
    ["rdma-end", var device] => RdmaEnd.Run(device),
    ["pipeline", .. var rest] => await PipelineBench.RunAsync(rest),
    ["delivery", .. var rest] => DeliveryBench.Run(rest),
    ["recovery", .. var rest] => RecoveryBench.Run(rest),
    ["startup", .. var rest] => await StartupBench.RunAsync(rest),
    ["cluster", .. var rest] => ClusterBench.Run(rest),
    ["controller", .. var rest] => await ControllerBench.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: bench encode|capnp|handover|awaited|tcp|rdma|controller|cluster|pipeline|startup|delivery|recovery [--out DIRECTORY]");
    return 2;
}
