namespace K8sMediaFlow.Native.Tests;

public sealed class MemoryFileTests
{
    private const MemorySeals ProducerSeals = MemorySeals.Shrink | MemorySeals.Grow | MemorySeals.FutureWrite | MemorySeals.Seal;

    [Fact]
    public void What_one_mapping_writes_another_reads()
    {
        using var file = MemoryFile.Create("test", 8192);
        file.Preallocate();
        using var writer = MappedMemory.Map(file, MemoryAccess.ReadWrite);
        using var reader = MappedMemory.Map(file, MemoryAccess.ReadOnly);
        writer.Span(4096, 4)[3] = 7;
        reader.ReadOnlySpan(4096, 4)[3].ShouldBe((byte)7);
    }

    [Fact]
    public void A_sealed_file_takes_no_new_writable_mapping_and_keeps_the_old_one()
    {
        using var file = MemoryFile.Create("test", 4096);
        using var writer = MappedMemory.Map(file, MemoryAccess.ReadWrite);
        file.Seal(ProducerSeals);
        (file.Seals & ProducerSeals).ShouldBe(ProducerSeals);
        Should.Throw<NativeException>(() => MappedMemory.Map(file, MemoryAccess.ReadWrite)).Errno.ShouldBe(Libc.Errno.EPERM);
        writer.Span(0, 1)[0] = 9;
        using var reader = MappedMemory.Map(file, MemoryAccess.ReadOnly);
        reader.ReadOnlySpan(0, 1)[0].ShouldBe((byte)9);
    }

    [Fact]
    public void A_file_sealed_against_seals_takes_no_more()
    {
        using var file = MemoryFile.Create("test", 4096);
        file.Seal(MemorySeals.Seal);
        Should.Throw<NativeException>(() => file.Seal(MemorySeals.Grow)).Errno.ShouldBe(Libc.Errno.EPERM);
    }

    [Fact]
    public void Huge_pages_that_the_machine_has_not_are_refused_with_the_number_of_bytes()
    {
        using var file = MemoryFile.Create("test", (1L << 40) + 1, pageBytes: 2 << 20);
        file.LengthBytes.ShouldBe((1L << 40) + (2 << 20));
        Should.Throw<NativeException>(file.Preallocate).Message.ShouldContain($"{file.LengthBytes} bytes");
    }

    [Fact]
    public void A_range_outside_the_mapping_is_refused()
    {
        using var file = MemoryFile.Create("test", 4096);
        using var memory = MappedMemory.Map(file, MemoryAccess.ReadOnly);
        Should.Throw<ArgumentOutOfRangeException>(() => memory.ReadOnlySpan(4090, 7).Length);
        Should.Throw<ArgumentOutOfRangeException>(() => memory.ReadOnlySpan(-1, 1).Length);
        Should.Throw<ArgumentOutOfRangeException>(() => memory.ReadOnlySpan(long.MaxValue, 1).Length);
        memory.ReadOnlySpan(4096, 0).Length.ShouldBe(0);
    }

    [Fact]
    public void A_mapping_that_is_disposed_hands_out_no_address()
    {
        using var file = MemoryFile.Create("test", 4096);
        var memory = MappedMemory.Map(file, MemoryAccess.ReadOnly);
        memory.Dispose();
        memory.Dispose();
        Should.Throw<ObjectDisposedException>(() => memory.Address);
    }

    [Fact]
    public void A_descriptor_that_is_no_file_is_refused_and_closed()
    {
        using var pipe = new Pipe();
        var duplicate = Libc.FileCalls.fcntl(pipe.ReadEnd.Descriptor, Libc.FileCalls.F_DUPFD_CLOEXEC, 0);
        Should.Throw<NativeException>(() => MemoryFile.FromDescriptor(duplicate));
        File.Exists($"/proc/self/fd/{duplicate}").ShouldBeFalse();
    }
}
