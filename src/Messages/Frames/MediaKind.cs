namespace K8sMediaFlow.Messages;

/// <summary>What the payload of a frame is; the values are those of the schema's union.</summary>
public enum MediaKind
{
    None = FrameMessage.Media.Which.None,
    Video = FrameMessage.Media.Which.Video,
    Audio = FrameMessage.Media.Which.Audio,
    Encoded = FrameMessage.Media.Which.Encoded,
}
