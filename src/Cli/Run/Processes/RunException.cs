namespace K8sMediaFlow.Cli.Run.Processes;

/// <summary>A run that cannot start, with a sentence for the user that names what to change.</summary>
internal sealed class RunException : Exception
{
    public RunException(string message)
        : base(message)
    {
    }

    public RunException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
