using System.Buffers.Binary;
using System.Net.Sockets;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Links.Connection;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>Writes one control message.</summary>
internal delegate void LinkWord(LinkMessage.Builder message);

/// <summary>A link that is ready, in the hands of somebody who need not keep to its protocol.</summary>
internal sealed class FoeLink(TlsControlConnection control, uint epoch) : IDisposable
{
    private readonly Queue<(uint Slot, int SizeBytes)> _slots = new();

    public TlsControlConnection Control { get; } = control;

    public uint Epoch { get; set; } = epoch;

    public Socket? Data { get; set; }

    public static byte[] Message(LinkWord say)
    {
        var buffer = new MessageBuffer(1 << 20);
        say(buffer.Begin<LinkMessage.Builder>());
        return buffer.Finish().ToArray();
    }

    public void Say(LinkWord say) => Say(Message(say));

    /// <summary>Sends bytes as a message, whether they are one or not. A link that is over hears nothing.</summary>
    public void Say(ReadOnlySpan<byte> message)
    {
        var framed = new byte[4 + message.Length];
        BinaryPrimitives.WriteInt32LittleEndian(framed, message.Length);
        message.CopyTo(framed.AsSpan(4));
        try
        {
            Control.Tls.Write(framed);
        }
        catch (Exception over) when (LinkException.IsExpected(over))
        {
            // It has ended already.
        }
    }

    public void SendData(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Data!.Send(bytes);
        }
        catch (SocketException)
        {
            // The same.
        }
    }

    /// <summary>Says what ends any link, and waits until this one has: everything that was said before it was heard.</summary>
    public void AwaitEnd()
    {
        Say(static message => message.InitHello());
        AwaitClosed();
    }

    public void AwaitClosed()
    {
        using var limit = Control.AbortAfter(TimeSpan.FromSeconds(60));
        while (TryHear())
        {
        }
    }

    /// <summary>Near's next word, or its close.</summary>
    public void AwaitAnswer()
    {
        using var limit = Control.AbortAfter(TimeSpan.FromSeconds(60));
        TryHear();
    }

    private bool TryHear()
    {
        try
        {
            Control.Receive();
            return true;
        }
        catch (Exception over) when (LinkException.IsExpected(over))
        {
            // Closed.
            return false;
        }
    }

    /// <summary>A block that near has granted.</summary>
    public (uint Slot, int SizeBytes) TakeSlot(Action meanwhile)
    {
        using var limit = Control.AbortAfter(TimeSpan.FromSeconds(60));
        while (_slots.Count == 0)
        {
            meanwhile();
            Say(message => message.InitHeartbeat().Epoch = Epoch);
            var heard = Control.Receive();
            if (heard.Which != LinkMessage.Which.Grant)
                continue;
            var slots = heard.Grant.Slots;
            for (var index = 0; index < slots.Count; index++)
                _slots.Enqueue((slots[index].Slot, (int)slots[index].SizeBytes));
        }
        return _slots.Dequeue();
    }

    /// <summary>Reads what near writes, and throws it away.</summary>
    public void Drain() => _ = Task.Run(() =>
    {
        var bytes = new byte[64 << 10];
        try
        {
            while (Data!.Receive(bytes) > 0)
            {
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    });

    public void Dispose()
    {
        Control.Dispose();
        Data?.Dispose();
    }
}
