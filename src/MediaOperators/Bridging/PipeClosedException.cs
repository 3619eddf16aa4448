namespace K8sMediaFlow.MediaOperators.Bridging;

/// <summary>The program at the other end of a pipe reads no more. Why is for its exit code and its own words to say.</summary>
internal sealed class PipeClosedException(Exception inner) : Exception("the program reads no more frames", inner);
