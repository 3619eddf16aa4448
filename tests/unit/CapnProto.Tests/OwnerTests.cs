using System.Runtime.CompilerServices;
using K8sMediaFlow.CapnProto.Tests.Samples;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>
/// Who keeps a managed array alive that a message lies in: the message. Each method is compiled as it will be when it is hot, forgets the
/// array, collects, and reads on if it is still there: read from a collected one, the process would end.
/// </summary>
public class OwnerTests
{
    private const int LengthBytes = 1 << 18;

    private static readonly byte[] Framed = Sample();

    [Fact]
    public void A_message_keeps_the_array_that_it_is_read_from()
    {
        var (array, isAlive, text) = ReadFramed();
        (isAlive, text).ShouldBe((true, "kept"));
        ShouldBeCollected(array);
    }

    [Fact]
    public void A_message_keeps_all_the_arrays_of_its_segments()
    {
        var (arrays, areAlive) = ReadSegments();
        areAlive.ShouldBe([true, true, true]);
        Array.ForEach(arrays, ShouldBeCollected);
    }

    [Fact]
    public void A_builder_keeps_its_arrays_and_so_does_the_reader_of_what_it_built()
    {
        var (arrays, areAlive) = Build();
        areAlive.ShouldBe([true, true, true, true]);
        Array.ForEach(arrays, ShouldBeCollected);
    }

    [Fact]
    public void A_message_keeps_the_owner_of_a_span_that_is_named_to_it_until_it_reads_another()
    {
        var (array, isAlive, isReleased) = KeepAndReset();
        (isAlive, isReleased).ShouldBe((true, true));
        ShouldBeCollected(array);
    }

    [Fact]
    public void A_buffer_lives_as_long_as_its_reader()
    {
        var (buffer, isAlive) = ReadBuffer();
        isAlive.ShouldBeTrue();
        ShouldBeCollected(buffer);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static (WeakReference Array, bool IsAlive, string Text) ReadFramed()
    {
        var pinned = Pinned();
        var array = new WeakReference(pinned);
        StreamFraming.TryRead(pinned, ReadLimits.Default, out var message, out _).ShouldBeTrue();
        var root = message.Root<New.Reader>();
        var isAlive = IsAliveAfterCollection(array);
        return (array, isAlive, isAlive ? root.B.ToString() : "");
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static (WeakReference[] Arrays, bool[] AreAlive) ReadSegments()
    {
        byte[][] pinned = [Pinned(), Pinned(), Pinned()];
        var arrays = Array.ConvertAll(pinned, one => new WeakReference(one));
        Array.ForEach(pinned, one => one.AsSpan().Clear());
        var message = new MessageReader(pinned[0], ReadLimits.Default);
        message.AddSegment(pinned[1]);
        message.AddSegment(pinned[2]);
        var root = message.Root();
        Array.Clear(pinned);
        return (arrays, Array.ConvertAll(arrays, IsAliveAfterCollection));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static (WeakReference[] Arrays, bool[] AreAlive) Build()
    {
        byte[][] pinned = [GC.AllocateArray<byte>(LengthBytes, pinned: true), GC.AllocateArray<byte>(LengthBytes, pinned: true)];
        var arrays = Array.ConvertAll(pinned, one => new WeakReference(one));
        var message = new MessageBuilder(pinned[0]);
        message.AddSegment(pinned[1]);
        Array.Clear(pinned);
        var root = message.InitRoot<New.Builder>();
        var building = Array.ConvertAll(arrays, IsAliveAfterCollection);
        if (building[0])
            root.A = 5;
        return (arrays, [.. building, .. ReadBack(message.ToReader(ReadLimits.Default), arrays)]);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool[] ReadBack(MessageReader message, WeakReference[] arrays)
    {
        var root = message.Root<New.Reader>();
        var areAlive = Array.ConvertAll(arrays, IsAliveAfterCollection);
        if (areAlive[0])
            root.A.ShouldBe((ushort)5);
        return areAlive;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static (WeakReference Array, bool IsAlive, bool IsReleased) KeepAndReset()
    {
        var pinned = Pinned();
        var array = new WeakReference(pinned);
        StreamFraming.TryRead(pinned.AsSpan(0, Framed.Length), ReadLimits.Default, out var message, out _).ShouldBeTrue();
        message.Keep(pinned);
        var isAlive = IsAliveAfterCollection(array);
        if (isAlive)
            message.Root<New.Reader>().A.ShouldBe((ushort)7);
        message.Reset(ReadLimits.Default);
        return (array, isAlive, message.SegmentCount == 0 && !IsAliveAfterCollection(array));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static (WeakReference Buffer, bool IsAlive) ReadBuffer()
    {
        var root = Received(out var buffer).Read<New.Reader>(Framed.Length);
        var isAlive = IsAliveAfterCollection(buffer);
        if (isAlive)
            root.B.ToString().ShouldBe("kept");
        return (buffer, isAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MessageBuffer Received(out WeakReference reference)
    {
        var buffer = new MessageBuffer(LengthBytes);
        Framed.CopyTo(buffer.Bytes);
        reference = new WeakReference(buffer);
        return buffer;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[] Pinned()
    {
        var pinned = GC.AllocateArray<byte>(LengthBytes, pinned: true);
        Framed.CopyTo(pinned, 0);
        return pinned;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsAliveAfterCollection(WeakReference array)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return array.IsAlive;
    }

    /// <summary>Nobody else kept it: what was alive before was so because of the message.</summary>
    private static void ShouldBeCollected(WeakReference array) => IsAliveAfterCollection(array).ShouldBeFalse();

    private static byte[] Sample()
    {
        var buffer = new MessageBuffer(1024);
        var root = buffer.Begin<New.Builder>();
        (root.A, root.B) = (7, "kept");
        return buffer.Finish().ToArray();
    }
}
