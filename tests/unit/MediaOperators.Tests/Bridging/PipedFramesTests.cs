using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.FFmpeg;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Native;
using K8sMediaFlow.Sdk.Tests.Fakes;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.MediaOperators.Tests.Bridging;

/// <summary>
/// Every block is rewritten the moment that its frame is given back, as its producer would. Whatever is given back too early is then read
/// wrong.
/// </summary>
public sealed class PipedFramesTests : IDisposable
{
    private const int Frames = 60;
    private const byte Rewritten = 0xEE;

    private readonly Blocks _blocks = new();
    private readonly Pipe _pipe = new();

    public void Dispose()
    {
        _pipe.Dispose();
        _blocks.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(1_100_000)]
    public void A_slow_reader_gets_every_byte_of_frames_that_are_lent(int surplusBytes)
    {
        var frameBytes = _pipe.CapacityBytes + surplusBytes;
        var frames = new PipedFrames<Block>(_pipe.WriteEnd, frameBytes, copiesWhatItReads: true);
        frames.Lends.ShouldBeTrue();
        ReadAll(frames, frameBytes);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(700, false)]
    public void What_the_pipe_can_hold_whole_and_what_might_be_passed_on_is_copied(int surplusBytes, bool copiesWhatItReads)
    {
        var frameBytes = _pipe.CapacityBytes + surplusBytes;
        var frames = new PipedFrames<Block>(_pipe.WriteEnd, frameBytes, copiesWhatItReads);
        frames.Lends.ShouldBeFalse();
        ReadAll(frames, frameBytes);
    }

    [Fact]
    public void A_frame_that_was_read_is_given_back_when_the_next_one_comes_and_the_last_one_at_the_end()
    {
        var frames = new PipedFrames<Block>(_pipe.WriteEnd, _pipe.CapacityBytes, copiesWhatItReads: true);
        var payload = new byte[_pipe.CapacityBytes];
        PutAndRead(0);
        (frames.HeldCount, _blocks.IsHeld(0)).ShouldBe((1, true));
        PutAndRead(1);
        (frames.HeldCount, _blocks.IsHeld(0), _blocks.IsHeld(1)).ShouldBe((1, false, true));
        frames.Release();
        (frames.HeldCount, _blocks.IsHeld(1)).ShouldBe((0, false));

        void PutAndRead(int sequence)
        {
            var putting = Task.Run(() => Put(frames, sequence, payload.Length));
            FramePipe.Read(_pipe.ReadEnd, payload, Stop()).ShouldBe(payload.Length);
            putting.Wait(Bounded.Watchdog).ShouldBeTrue();
        }
    }

    // That the ffmpeg of this machine takes pictures by read(2) is what lending them to it rests on.
    [NeedsFact("ffmpeg")]
    public void Ffmpeg_gets_every_byte_of_pictures_that_are_lent()
    {
        var shape = new VideoShape(1280, 720, "yuv420p", new FrameRate(25, 1));
        using var process = PipedProcess.Start("ffmpeg", FFmpegArguments.Scale(shape, shape), new PipedDescriptors([0], [1]));
        var frames = new PipedFrames<Block>(process.End(0), shape.FrameBytes, copiesWhatItReads: true);
        frames.Lends.ShouldBeTrue();
        Read(process.End(1), shape.FrameBytes, () =>
        {
            for (var sequence = 0; sequence < Frames; sequence++)
                Put(frames, sequence, shape.FrameBytes);
            process.CloseEnd(0);
        });
        process.WaitForSuccess(Bounded.Watchdog);
        frames.Release();
    }

    private void ReadAll(PipedFrames<Block> frames, int frameBytes)
    {
        Read(_pipe.ReadEnd, frameBytes, () =>
        {
            for (var sequence = 0; sequence < Frames; sequence++)
            {
                Put(frames, sequence, frameBytes);
                frames.HeldCount.ShouldBe(1);
            }
            _pipe.WriteEnd.Dispose();
        });
        frames.Release();
    }

    private void Put(PipedFrames<Block> frames, int sequence, int frameBytes)
    {
        var block = _blocks.Loan(sequence, frameBytes);
        frames.Put(block, block.Payload(frameBytes), Stop());
    }

    // In steps of all sizes, with pauses in which the pipe is full.
    private static void Read(PipeEnd pipe, int frameBytes, Action put)
    {
        var writer = Task.Run(put);
        var random = new Random(1);
        var frame = new byte[frameBytes];
        for (var sequence = 0; sequence < Frames; sequence++)
        {
            for (var filled = 0; filled < frameBytes;)
            {
                var step = Math.Min(frameBytes - filled, random.Next(1, random.Next(2) == 0 ? 5_000 : 1_000_000));
                FramePipe.Read(pipe, frame.AsSpan(filled, step), Stop()).ShouldBe(step);
                filled += step;
                Thread.Sleep(random.Next(8) == 0 ? 1 : 0);
            }
            frame.AsSpan().IndexOfAnyExcept(Value(sequence)).ShouldBe(-1, $"byte of frame {sequence} that is another's");
        }
        writer.Wait(Bounded.Watchdog).ShouldBeTrue();
        pipe.Read(frame).ShouldBe(0);
    }

    private static byte Value(int sequence) => (byte)(sequence % 200);

    private static CancellationToken Stop() => new CancellationTokenSource(Bounded.Watchdog).Token;

    /// <summary>Shared memory for two frames, one that goes in and the one before it, so that each block is used again at once.</summary>
    private sealed class Blocks : IDisposable
    {
        private const int Count = 2, BlockBytes = 4 << 20;

        private readonly MappedMemory _memory;
        private readonly bool[] _held = new bool[Count];

        public Blocks()
        {
            using var file = MemoryFile.Create("test", (long)Count * BlockBytes);
            _memory = MappedMemory.Map(file, MemoryAccess.ReadWrite);
        }

        public bool IsHeld(int index) => _held[index];

        public Block Loan(int sequence, int frameBytes)
        {
            var index = Array.IndexOf(_held, false);
            index.ShouldNotBe(-1, "no block is free");
            _held[index] = true;
            // Not at the start of a page.
            Span(index).Slice(0, frameBytes + 64).Fill(Value(sequence));
            return new Block(this, index);
        }

        public void GiveBack(int index)
        {
            Span(index).Fill(Rewritten);
            _held[index] = false;
        }

        public Span<byte> Span(int index) => _memory.Span((long)index * BlockBytes, BlockBytes);

        public void Dispose() => _memory.Dispose();
    }

    private readonly record struct Block(Blocks Blocks, int Index) : IDisposable
    {
        public ReadOnlySpan<byte> Payload(int frameBytes) => Blocks.Span(Index).Slice(64, frameBytes);

        public void Dispose() => Blocks.GiveBack(Index);
    }
}
