// A source: draws a bright line that moves down a grey picture, until the pipeline asks it to end.
using K8sMediaFlow.Sdk;

await using var media = await MediaOperator.AttachAsync();
var output = media.Outputs["video"];
var caps = (VideoCaps)output.Caps!;
try
{
    for (var index = 0L; ; index++)
    {
        // Waits where the consumers are slower: a source needs no clock of its own.
        using var loan = await output.LoanAsync(media.Stopping);
        loan.Payload.Fill(128);
        loan.Plane(0).Slice((int)(index % caps.Height) * loan.PlaneStride(0), caps.Width).Fill(235);
        loan.PresentationTimeNs = index * caps.FrameDurationNs;
        loan.Send();
    }
}
catch (OperationCanceledException) when (media.Stopping.IsCancellationRequested)
{
    // The end that was asked for. Without Complete it would look like a crash.
    output.Complete();
}
