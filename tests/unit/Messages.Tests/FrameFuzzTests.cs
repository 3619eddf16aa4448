using K8sMediaFlow.CapnProto;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Messages.Tests;

/// <summary>Mutated envelopes and messages, right in front of guard pages: refused or walkable, never a stray read.</summary>
public class FrameFuzzTests
{
    private const int PayloadBytes = 24 * 16;

    [Fact]
    public void A_mutated_envelope_is_refused_or_can_be_used_whole()
    {
        var random = new Random(Seed.Take(nameof(FrameFuzzTests)));
        using var original = new GuardedMemory(1024);
        using var payload = new GuardedMemory(PayloadBytes);
        var length = FrameEnvelope.Write(original.Span, SampleFrames.Video(16, 16), PayloadBytes, 0, SampleFrames.Metadata());
        using var envelope = new GuardedMemory(length);
        var (sound, refused) = (0, 0);
        for (var count = 0; count < 100_000; count++)
        {
            original.Span[..length].CopyTo(envelope.Span);
            Mutate(random, envelope.Span);
            if (FrameEnvelope.TryRead(envelope.Span, payload.Span, default, out var view, out var error))
                sound += Use(ref view, payload.Span);
            else
                refused += error == CapnProtoError.None ? throw new InvalidOperationException("refused without a reason") : 1;
        }

        sound.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_mutated_link_message_is_refused_or_read()
    {
        var buffer = new MessageBuffer(4096);
        var hello = buffer.Begin<LinkMessage.Builder>().InitHello();
        hello.Edge = "a.b->c.d";
        hello.InitFabrics(2)[1].InitOffer(3).Fill(1);
        Fuzz(buffer.Finish().ToArray(), bytes => Describe(buffer.Read<LinkMessage.Reader>(bytes)));
    }

    [Fact]
    public void A_mutated_attach_message_is_refused_or_read()
    {
        var buffer = new MessageBuffer(4096);
        var welcome = buffer.Begin<AttachMessage.Builder>().InitWelcome();
        welcome.Pipeline = "default/highlights";
        welcome.InitOutputs(2)[1].InitCaps().InitVideo().SetFormat("yuv420p"u8);
        welcome.InitInputs(1)[0].InitCaps().InitAudio().SetFormat("s16le"u8);
        Fuzz(buffer.Finish().ToArray(), bytes => Describe(buffer.Read<AttachMessage.Reader>(bytes)));
    }

    private static void Fuzz(byte[] original, Action<byte[]> read, [System.Runtime.CompilerServices.CallerMemberName] string test = "")
    {
        var random = new Random(Seed.Take(test));
        var (sound, refused) = (0, 0);
        for (var count = 0; count < 30_000; count++)
        {
            var bytes = (byte[])original.Clone();
            Mutate(random, bytes);
            try
            {
                read(bytes);
                sound++;
            }
            catch (CapnProtoException)
            {
                refused++;
            }
        }

        sound.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task An_envelope_that_its_writer_rewrites_while_it_is_read_does_no_harm()
    {
        using var envelope = new GuardedMemory(1024);
        using var payload = new GuardedMemory(PayloadBytes);
        var length = FrameEnvelope.Write(envelope.Span, SampleFrames.Video(16, 16), PayloadBytes, 0, SampleFrames.Metadata());
        var seed = Seed.Take(nameof(An_envelope_that_its_writer_rewrites_while_it_is_read_does_no_harm));
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var writer = Task.Run(() => Rewrite(new Random(seed), envelope.Span[..length], stop.Token));
        var sound = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (FrameEnvelope.TryRead(envelope.Span[..length], payload.Span, default, out var view, out _))
                    sound += Use(ref view, payload.Span);
            }
            catch (CapnProtoException)
            {
                // It changed between acceptance and use: the error is the answer.
            }
        }

        await writer;
        sound.ShouldBeGreaterThan(0);
    }

    private static void Rewrite(Random random, Span<byte> envelope, CancellationToken stop)
    {
        var original = envelope.ToArray();
        while (!stop.IsCancellationRequested)
        {
            Mutate(random, envelope);
            original.CopyTo(envelope);
        }
    }

    private static int Use(ref FrameView view, Span<byte> payload)
    {
        for (var index = 0; index < view.Info.Video.Planes.Count && view.Info.Kind == MediaKind.Video; index++)
            foreach (var sample in view.Plane(index))
                _ = sample;
        if (!view.Payload0.IsEmpty && view.Payload0.Overlaps(payload))
            view.Payload0.Length.ShouldBeLessThanOrEqualTo(payload.Length);
        var copy = new FrameMetadata();
        try
        {
            copy.CopyFrom(view.Metadata);
        }
        catch (ArgumentException)
        {
            // A name of a hostile length; the copy refuses it.
        }

        return 1;
    }

    private static void Describe(LinkMessage.Reader message)
    {
        if (message.Which != LinkMessage.Which.Hello)
            return;
        _ = message.Hello.Edge.Length + message.Hello.Pipeline.Length + message.Hello.Namespace.Length + message.Hello.SenderPod.Length;
        foreach (var fabric in message.Hello.Fabrics)
            _ = fabric.Offer.Length + (int)fabric.Kind;
    }

    private static void Describe(AttachMessage.Reader message)
    {
        if (message.Which != AttachMessage.Which.Welcome)
            return;
        _ = message.Welcome.Pipeline.Length;
        foreach (var output in message.Welcome.Outputs)
            _ = output.Name.Length + (output.Caps.Which == AttachMessage.Caps.Which.Video ? output.Caps.Video.Format.Length : 0)
                + output.Edges.Count;
        foreach (var input in message.Welcome.Inputs)
            _ = input.Edge.Length + (input.Caps.Which == AttachMessage.Caps.Which.Audio ? input.Caps.Audio.Format.Length : 0);
    }

    private static void Mutate(Random random, Span<byte> bytes)
    {
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            if (random.Next(2) == 0)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            else
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }
    }
}
