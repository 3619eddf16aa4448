using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Native.Tests;

public sealed class LocalSocketTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"kmf-{Guid.NewGuid():n}.sock");

    public void Dispose() => File.Exists(_path).ShouldBeFalse();

    [Fact]
    public void A_datagram_arrives_with_its_descriptors_close_on_exec()
    {
        var (first, second) = LocalSocket.Pair();
        using var file = MemoryFile.Create("passed", 4096);
        using (first)
        using (second)
        {
            first.Send([1, 2, 3], [file.Descriptor, file.Descriptor]);
            Span<byte> message = stackalloc byte[16];
            Span<int> descriptors = stackalloc int[2];
            second.Receive(message, descriptors, out var count, 1000).ShouldBe(3);
            count.ShouldBe(2);
            foreach (var descriptor in descriptors)
            {
                (Libc.FileCalls.fcntl(descriptor, 1, 0) & 1).ShouldBe(1);
                using var came = MemoryFile.FromDescriptor(descriptor);
                came.LengthBytes.ShouldBe(4096);
            }
        }
    }

    [Fact]
    public void A_peer_that_has_left_is_seen_before_what_it_sent_is_read()
    {
        var (first, second) = LocalSocket.Pair();
        using (second)
        {
            second.HasPeerLeft.ShouldBeFalse();
            first.Send([1]);
            second.HasPeerLeft.ShouldBeFalse();
            first.Dispose();
            second.HasPeerLeft.ShouldBeTrue();
            second.Receive(new byte[8], default, out _, 1000).ShouldBe(1);
        }
    }

    [Fact]
    public void The_last_words_of_a_peer_that_closed_without_reading_ours_are_read()
    {
        var (first, second) = LocalSocket.Pair();
        using (second)
        {
            second.Send([1]);
            first.Send([2, 2]);
            first.Send([3, 3, 3]);
            first.Dispose();
            foreach (var length in new[] { 2, 3, 0, 0 })
                second.Receive(new byte[8], default, out _, 1000).ShouldBe(length);
        }
    }

    [Fact]
    public void A_closed_peer_reads_as_zero_and_cannot_be_sent_to()
    {
        var (first, second) = LocalSocket.Pair();
        using (second)
        {
            first.Dispose();
            second.Receive(new byte[8], default, out _, 1000).ShouldBe(0);
            Should.Throw<NativeException>(() => second.Send([1])).IsPeerGone.ShouldBeTrue();
        }
    }

    [Fact]
    public void More_descriptors_than_expected_are_closed_and_refused()
    {
        var (first, second) = LocalSocket.Pair();
        using var file = MemoryFile.Create("unwanted-by-receiver", 4096);
        using (first)
        using (second)
        {
            first.Send([1], [file.Descriptor, file.Descriptor]);
            Should.Throw<NativeException>(() => second.Receive(new byte[8], new int[1], out _, 1000));
            OpenMemory.Named("unwanted-by-receiver").ShouldBe(1);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 4)]
    [InlineData(1, 0)]
    [InlineData(1, 4)]
    [InlineData(9, 16)]
    public void Whatever_comes_with_descriptors_that_do_not_fit_leaves_none_open(int bytes, int room)
    {
        var (first, second) = LocalSocket.Pair();
        var name = $"gift-{bytes}-{room}";
        using var file = MemoryFile.Create(name, 4096);
        using (first)
        using (second)
        {
            RawDatagrams.Send(first.Descriptor, new byte[bytes], Enumerable.Repeat(file.Descriptor, room + 1).ToArray()).ShouldBeTrue();
            Should.Throw<NativeException>(() => second.Receive(new byte[8], new int[room], out _, 1000)).IsTooLong.ShouldBeTrue();
            OpenMemory.Named(name).ShouldBe(1);
        }
    }

    [Fact]
    public void Descriptors_beside_an_empty_datagram_are_refused_although_they_would_fit()
    {
        var (first, second) = LocalSocket.Pair();
        using var file = MemoryFile.Create("gift-beside-nothing", 4096);
        using (first)
        using (second)
        {
            RawDatagrams.Send(first.Descriptor, [], file.Descriptor, file.Descriptor).ShouldBeTrue();
            Should.Throw<NativeException>(() => second.Receive(new byte[8], new int[LocalSocket.DescriptorsMax], out _, 1000))
                .IsTooLong.ShouldBeTrue();
            OpenMemory.Named("gift-beside-nothing").ShouldBe(1);
        }
    }

    [Fact]
    public void A_datagram_longer_than_the_buffer_is_refused()
    {
        var (first, second) = LocalSocket.Pair();
        using (first)
        using (second)
        {
            first.Send(new byte[9]);
            Should.Throw<NativeException>(() => second.Receive(new byte[8], default, out _, 1000)).Errno.ShouldBe(Libc.Errno.EMSGSIZE);
        }
    }

    [Fact]
    public void A_receive_ends_when_its_time_is_up()
    {
        var (first, second) = LocalSocket.Pair();
        using (first)
        using (second)
            second.Receive(new byte[8], default, out _, 20).ShouldBe(LocalSocket.TimedOut);
    }

    [Fact]
    public void A_send_to_a_peer_that_does_not_read_ends_when_its_time_is_up()
    {
        var (first, second) = LocalSocket.Pair();
        using (first)
        using (second)
        {
            Should.Throw<NativeException>(() =>
            {
                for (var count = 0; count < 10_000; count++)
                    first.Send(new byte[32 << 10], default, 20);
            }).Errno.ShouldBe(Libc.Errno.ETIMEDOUT);
        }
    }

    [Fact]
    public async Task A_connection_waits_for_its_listener_to_come()
    {
        var connecting = Task.Run(() => LocalSocket.Connect(_path, TimeSpan.FromSeconds(30)));
        await Task.Delay(50);
        using var listener = new LocalListener(_path);
        using var accepted = listener.Accept(30_000);
        using var connected = await connecting;
        accepted.ShouldNotBeNull().PeerProcessId.ShouldBe(Environment.ProcessId);
    }

    [Fact]
    public void A_living_listener_is_not_replaced_and_a_dead_one_is()
    {
        using (var living = new LocalListener(_path))
            Should.Throw<NativeException>(() => new LocalListener(_path)).Errno.ShouldBe(Libc.Errno.EADDRINUSE);
        using (var dead = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Seqpacket, 0))
        {
            dead.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_path));
            // Closed without removing the path, as SIGKILL leaves it.
            File.Move(_path, _path + ".kept");
        }
        File.Move(_path + ".kept", _path);
        new LocalListener(_path).Dispose();
    }

    [Fact]
    public void A_path_that_does_not_fit_is_named() =>
        Should.Throw<NativeException>(() => LocalSocket.Connect("/" + new string('x', 120), TimeSpan.Zero)).Message.ShouldContain("107");

    [Fact]
    public void Nobody_listening_is_an_error_in_time() =>
        Should.Throw<NativeException>(() => LocalSocket.Connect(_path, TimeSpan.FromMilliseconds(30))).Errno.ShouldBe(Libc.Errno.ENOENT);
}
