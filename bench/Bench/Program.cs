using K8sMediaFlow.Bench;

return args switch
{
    ["encode", .. var rest] => EncodeBench.Run(rest),
    ["handover", .. var rest] => Handover.Run(rest),
    ["handover-side", var role] => HandoverSide.Run(role),
    ["tcp", .. var rest] => TcpBench.Run(rest),
    ["tcp-end", .. var rest] => TcpBenchEnd.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: bench encode|handover|tcp [--out DIRECTORY]");
    return 2;
}
