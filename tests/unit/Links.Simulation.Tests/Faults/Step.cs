namespace K8sMediaFlow.Links.Simulation.Tests.Faults;

/// <summary>The named steps of a frame, and of the connection that carries it.</summary>
internal enum Step
{
    /// <summary>A producer has published a frame.</summary>
    Send,

    /// <summary>The sending link has taken it.</summary>
    Take,

    Dial,
    Hello,
    Welcome,
    Ready,

    /// <summary>The receiver has taken a block to grant.</summary>
    Grant,

    /// <summary>The frame was handed to the fabric.</summary>
    Write,

    /// <summary>It lies in the receiver's memory, and the receiver has not looked at it.</summary>
    Land,

    /// <summary>The end of the link has it.</summary>
    Deliver,

    /// <summary>A consumer has taken it.</summary>
    Receive,

    /// <summary>The consumer has given it back.</summary>
    Return,

    /// <summary>The receiver says what has landed and what is done.</summary>
    Acknowledge,

    /// <summary>The sender has let go of it.</summary>
    Done,
}
