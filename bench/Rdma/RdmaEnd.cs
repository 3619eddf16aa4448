using System.Diagnostics;
using System.Globalization;
using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.Operator.Status;

namespace K8sMediaFlow.Bench.Rdma;

/// <summary>
/// One end of our side, a process of its own on one device, which does what its input says line by line: <c>rdma-end DEVICE</c>. It lives
/// through all pairs, so that it measures compiled code, as a sidecar that has run for a while is.
/// </summary>
internal sealed class RdmaEnd : IDisposable
{
    private readonly VerbsFabric _fabric;
    private RdmaArea? _source, _target;
    private RdmaGrants? _granted, _granting;
    private RdmaOut? _out;
    private RdmaIn? _in;

    private RdmaEnd(string device) => _fabric = VerbsFabric.Open(new VerbsChoice { Device = device });

    public static int Run(string device)
    {
        using var end = new RdmaEnd(device);
        Console.WriteLine(end._fabric.Address);
        while (Console.ReadLine() is { } line)
            Console.WriteLine(end.Answer(line.Split(' ')));
        return 0;
    }

    public void Dispose()
    {
        Close();
        _fabric.Dispose();
    }

    private string Answer(string[] words) => words switch
    {
        ["propose", var polling, var writes, var message, var grants] => Propose(Options(polling, Number(writes)), Number(message), grants),
        ["open", var polling, var message, var grants, var proposal] =>
            Open(Options(polling, RdmaArea.Blocks), Number(message), grants, proposal),
        ["connect", var offer] => Do(() => _out!.Connect(Convert.FromHexString(offer))),
        ["accept"] => Do(() => _in!.Accept()),
        ["send", var frames] => _out!.Stream(Number(frames)).ToLine(),
        ["receive", var frames] => _in!.Stream(Number(frames)).ToLine(),
        ["lead", var rounds] => Play(Number(rounds), isLead: true).ToLine(),
        ["answer", var rounds] => Play(Number(rounds), isLead: false).ToLine(),
        ["close"] => Do(Close),
        _ => throw new InvalidOperationException(string.Join(' ', words)),
    };

    private static FabricOptions Options(string polling, int writes) => new()
    {
        Polling = Enum.Parse<CompletionPolling>(polling, ignoreCase: true),
        WritesInFlightMax = writes,
    };

    private string Propose(FabricOptions options, int messageBytes, string grants)
    {
        (_source, _granted) = (new RdmaArea(messageBytes), new RdmaGrants(grants, isNew: true));
        _out = new RdmaOut(_fabric, _source, _granted, options);
        return Convert.ToHexString(_out.Proposal);
    }

    private string Open(FabricOptions options, int messageBytes, string grants, string proposal)
    {
        (_target, _granting) = (new RdmaArea(messageBytes), new RdmaGrants(grants, isNew: false));
        _in = new RdmaIn(_fabric, _target, _granting, options, Convert.FromHexString(proposal));
        return Convert.ToHexString(_in.Offer);
    }

    /// <summary>A frame there, a frame back.</summary>
    private RdmaResult Play(int rounds, bool isLead)
    {
        var took = new double[rounds];
        var meter = RdmaMeter.Start();
        for (var round = 0; round < rounds; round++)
        {
            var startedTicks = Stopwatch.GetTimestamp();
            if (isLead)
                Write();
            var slot = _in!.Land();
            if (!isLead)
                Write();
            _in.Grant(slot);
            took[round] = Stopwatch.GetElapsedTime(startedTicks).TotalNanoseconds;
        }
        _out!.Drain();
        return meter.Stop(Statistics.Median(took));
    }

    /// <summary>What was written in earlier rounds is taken while this one is under way.</summary>
    private void Write()
    {
        _out!.Write();
        _out.Poll(TimeSpan.Zero);
    }

    private void Close()
    {
        _out?.Dispose();
        _in?.Dispose();
        foreach (var one in (IDisposable?[])[_source, _target, _granted, _granting])
            one?.Dispose();
        (_out, _in, _source, _target, _granted, _granting) = (null, null, null, null, null, null);
    }

    private static string Do(Action action)
    {
        action();
        return "ok";
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
