namespace K8sMediaFlow.MediaOperators.Media;

/// <summary>
/// A source's input was broken, but what could be read of it was sent and its streams were ended. It is reported only
/// after everything sent is done downstream: reported at once, it would take the whole pipeline down together with the
/// part of the result that is good.
/// </summary>
internal sealed class DeliveredException(string message) : Exception(message);
