namespace K8sMediaFlow.MediaOperators.Media;

/// <summary>
/// A media operator cannot go on, for a reason that its user can act on. The message is the whole explanation: it is
/// printed and handed to the sidecar as it stands, without a stack.
/// </summary>
internal sealed class MediaException(string message, Exception? inner = null) : Exception(message, inner);
