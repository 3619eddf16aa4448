using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Bridging;

/// <summary>What a bridge runs.</summary>
/// <param name="StallPatience">How long the program may hold frames without answering; zero for as long as it likes.</param>
/// <param name="Environment">Laid over our own environment; null for that alone.</param>
internal sealed record BridgedProgram(string File, IReadOnlyList<string> Arguments, TimeSpan StallPatience,
    IReadOnlyDictionary<string, string?>? Environment = null);

/// <summary>
/// Makes a media operator of a program that reads raw frames on standard input and writes raw frames on standard
/// output. One thread feeds, one collects; between them are the frames that are inside the program.
/// </summary>
internal sealed class RawBridge : IDisposable
{
    private const int StandardInput = 0;
    private const int StandardOutput = 1;

    private static readonly TimeSpan _endPatience = TimeSpan.FromSeconds(60);

    private readonly HeldFrames _held = new();
    private readonly BridgedProgram _program;
    private readonly FrameInput _input;
    private readonly FrameOutput _output;
    private readonly IFrameDerivation _derivation;
    private readonly StallWatch _watch;
    private volatile bool _isCut;

    public RawBridge(BridgedProgram program, FrameInput input, FrameOutput output)
    {
        (_program, _input, _output) = (program, input, output);
        var (source, target) = (((VideoCaps)input.Caps!).Shape().Rate, ((VideoCaps)output.Caps!).Shape().Rate);
        _derivation = source.IsAlmost(target) || !source.IsKnown || !target.IsKnown
            ? new OneToOneDerivation(_held, output)
            : new RateChangeDerivation(_held, output, source, target);
        _watch = new StallWatch(program.File, _held, program.StallPatience);
    }

    /// <summary>Runs until the input's stream has ended and the program has answered all of it.</summary>
    /// <param name="timeOver">Nothing more is given to the program; what it holds still comes out and is sent.</param>
    /// <exception cref="OperationCanceledException">
    /// The deadline passed first. Frames without an answer are not returned: the next life of the media operator receives them again.
    /// </exception>
    public async Task RunAsync(CancellationToken timeOver)
    {
        using var process = PipedProcess.Start(_program.File, _program.Arguments, new PipedDescriptors([StandardInput], [StandardOutput]),
            _program.Environment);
        using var threads = new PortThreads(CancellationToken.None);
        threads.Start("bridge feed", stopping => Feed(process, timeOver, stopping));
        threads.Start("bridge collect", stopping => Collect(process, stopping));
        threads.Start("bridge watch", stopping => _watch.Run(process.NewPatience(), stopping));
        try
        {
            await threads.WhenAllAsync();
        }
        catch (PipeClosedException)
        {
            process.WaitForSuccess(_endPatience);
            throw new MediaException($"{_program.File} ended before its input did");
        }
        process.WaitForSuccess(_endPatience);
        if (_isCut)
            throw new OperationCanceledException(timeOver);
    }

    public void Dispose() => _held.Dispose();

    private void Feed(PipedProcess process, CancellationToken timeOver, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeOver, stopping);
        while (Next(either.Token, stopping) is { } frame)
        {
            var held = new HeldFrame(frame);
            _held.Add(held);
            FramePipe.Write(process.End(StandardInput), frame.Payload, stopping);
            held.PartDone();
            _watch.Progress();
        }
        // In this order: a program that sees its input end must find the list of what it holds closed.
        _held.End();
        process.CloseEnd(StandardInput);
    }

    private Frame? Next(CancellationToken either, CancellationToken stopping)
    {
        try
        {
            return _input.Receive(either);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            _isCut = true;
            return null;
        }
    }

    private void Collect(PipedProcess process, CancellationToken stopping)
    {
        try
        {
            while (CollectOne(process, stopping))
                _watch.Progress();
        }
        finally
        {
            _watch.End();
        }
        if (!_held.IsEnded)
            throw new PipeClosedException(new EndOfStreamException());
        if (!_isCut)
            _derivation.End();
    }

    private bool CollectOne(PipedProcess process, CancellationToken stopping)
    {
        using var loan = _output.Loan(stopping);
        _watch.BeginWaiting();
        var filledBytes = FramePipe.Read(process.End(StandardOutput), loan.Payload, stopping);
        _watch.EndWaiting();
        if (filledBytes == loan.Payload.Length)
            _derivation.Send(loan, stopping);
        else if (filledBytes > 0)
            throw new MediaException($"{_program.File} ended {filledBytes} bytes into a frame of {loan.Payload.Length}: "
                + $"it did not write what port '{_output.Name}' declares, {((VideoCaps)_output.Caps!).Shape()}. {process.ErrorText}".TrimEnd());
        return filledBytes > 0;
    }
}
