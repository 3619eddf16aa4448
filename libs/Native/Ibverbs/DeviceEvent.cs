namespace K8sMediaFlow.Native.Ibverbs;

public enum DeviceEventKind
{
    Other,
    QueuePairFailed,
    CompletionQueueFailed,
    PortUp,
    PortDown,
    DeviceFailed,
}

/// <summary>Something that happened to a device beside its completions.</summary>
/// <param name="Kind">What we do something about.</param>
/// <param name="Number">The C library's number, for messages.</param>
/// <param name="Element">Identity of the queue pair or completion queue that it is about, or the port's number.</param>
public readonly record struct DeviceEvent(DeviceEventKind Kind, int Number, nint Element)
{
    internal static DeviceEvent Of(in ibv_async_event happened)
    {
        var kind = happened.event_type switch
        {
            VerbsConstants.IBV_EVENT_QP_FATAL or VerbsConstants.IBV_EVENT_QP_REQ_ERR or VerbsConstants.IBV_EVENT_QP_ACCESS_ERR =>
                DeviceEventKind.QueuePairFailed,
            VerbsConstants.IBV_EVENT_CQ_ERR => DeviceEventKind.CompletionQueueFailed,
            VerbsConstants.IBV_EVENT_PORT_ACTIVE => DeviceEventKind.PortUp,
            VerbsConstants.IBV_EVENT_PORT_ERR => DeviceEventKind.PortDown,
            VerbsConstants.IBV_EVENT_DEVICE_FATAL => DeviceEventKind.DeviceFailed,
            _ => DeviceEventKind.Other,
        };
        // A port's number is an int in a union with pointers: the rest of the word is not written.
        var isPort = kind is DeviceEventKind.PortUp or DeviceEventKind.PortDown;
        return new DeviceEvent(kind, happened.event_type, isPort ? (int)happened.element : happened.element);
    }
}
