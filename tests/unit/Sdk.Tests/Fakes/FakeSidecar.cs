using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Attaching;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sdk.Tests.Fakes;

/// <summary>
/// A sidecar as far as the SDK can tell: it listens, welcomes, and introduces ends to each other, step by step as the test says.
/// </summary>
internal sealed class FakeSidecar : IDisposable
{
    private static readonly BlockClass[] Classes = [new(4096, 96), new(64 << 10, 64)];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-sdk-");
    private readonly List<AttachedMediaOperator> _operators = [];
    private LocalListener _listener;
    private ulong _incarnation = 1;
    private ulong _channels;

    public FakeSidecar()
    {
        File.WriteAllText(TokenFile, "secret");
        _listener = new LocalListener(SocketPath);
    }

    public string SocketPath => Path.Combine(_folder.FullName, "sidecar.sock");

    /// <summary>Of the operators that attach from now on.</summary>
    public TimeSpan DrainPatience { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Of the operators that attach from now on.</summary>
    public ILoggerFactory? Log { get; set; }

    public string TokenFile => Path.Combine(_folder.FullName, "token");

    public MediaOperatorOptions OptionsOf(string name) => new()
    {
        SocketPath = SocketPath,
        TokenFile = TokenFile,
        Name = name,
        AttachTimeout = TimeSpan.FromSeconds(20),
        ReattachTimeout = TimeSpan.FromSeconds(20),
        DrainPatience = DrainPatience,
        LoggerFactory = Log,
    };

    public AttachedMediaOperator Accept() =>
        _operators.AddAnd(new AttachedMediaOperator(new AttachConnection(_listener.Accept(timeoutMs: 20_000)
            ?? throw new TimeoutException("no attach"))));

    /// <summary>Somebody has connected and was not accepted.</summary>
    public bool HasAnotherAttach
    {
        get
        {
            using var next = _listener.Accept(timeoutMs: 0);
            return next is not null;
        }
    }

    /// <summary>Takes an attach up to the mapped region.</summary>
    public AttachedMediaOperator Welcome(IReadOnlyList<PortSpec> inputs, IReadOnlyList<PortSpec> outputs, BlockClass[]? classes = null,
        Action? beforeRegion = null) =>
        Accept().Welcome(_incarnation, inputs, outputs, classes ?? Classes, beforeRegion);

    /// <summary>Takes the attaches of several operators, in whatever order they come.</summary>
    public Dictionary<string, AttachedMediaOperator> WelcomeAll(IReadOnlyDictionary<string, (PortSpec[] Inputs, PortSpec[] Outputs)> plan)
    {
        var ends = new Dictionary<string, AttachedMediaOperator>();
        while (ends.Count < plan.Count)
        {
            var end = Accept().AwaitName();
            ends[end.Name] = end.Welcome(_incarnation, plan[end.Name].Inputs, plan[end.Name].Outputs, Classes);
        }
        return ends;
    }

    /// <summary>An operator that attaches to this sidecar, and the sidecar's side of it.</summary>
    public async Task<(MediaOperator Media, AttachedMediaOperator End)> Attach(string name, IReadOnlyList<PortSpec> inputs,
        IReadOnlyList<PortSpec> outputs, BlockClass[]? classes = null)
    {
        var attaching = MediaOperator.AttachAsync(OptionsOf(name));
        var end = await Task.Run(() => Welcome(inputs, outputs, classes));
        return (await attaching, end);
    }

    /// <summary>
    /// Opens a channel in the order that the protocol asks for. <paramref name="passed"/>: what the producer may forward.
    /// </summary>
    public ulong Connect(IEnd producer, IEnd consumer, string producerPort, string consumerPort, int capacity = 8,
        params StagingRegion[] passed)
    {
        using var file = ChannelFile.Create(++_channels, capacity);
        StagingRegion[] regions = [producer.Region!, .. passed];
        for (ushort index = 0; index < regions.Length; index++)
        {
            consumer.Offer(regions[index]);
            consumer.Tell(file.Header.Id, index, regions[index], isConsumer: true);
        }
        consumer.Offer(file, consumerPort, isProducer: false, producer);
        producer.Offer(file, producerPort, isProducer: true, consumer);
        for (ushort index = 0; index < regions.Length; index++)
            producer.Tell(file.Header.Id, index, regions[index], isConsumer: false);
        return file.Header.Id;
    }

    /// <summary>Dies, and is there again with nothing in memory.</summary>
    public void DieAndComeAgain()
    {
        _listener.Dispose();
        foreach (var attached in _operators)
            attached.Dispose();
        _operators.Clear();
        _incarnation++;
        _listener = new LocalListener(SocketPath);
    }

    /// <summary>Ends, and does not come again.</summary>
    public void End()
    {
        _listener.Dispose();
        foreach (var attached in _operators)
            attached.Dispose();
        _operators.Clear();
    }

    public void Dispose()
    {
        End();
        _folder.Delete(recursive: true);
    }
}

internal static class ListExtensions
{
    public static T AddAnd<T>(this List<T> list, T item)
    {
        list.Add(item);
        return item;
    }
}
