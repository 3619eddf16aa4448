// A filter: makes a new picture of every frame, and says how bright the old one was.
using K8sMediaFlow.Sdk;

await using var media = await MediaOperator.AttachAsync();
var (input, output) = (media.Inputs["video"], media.Outputs["video"]);
await foreach (var frame in input.ReadAllAsync(media.Stopping))
{
    using (frame)
    using (var loan = await output.LoanAsync(frame.Caps!, frame.Payload.Length, media.Stopping))
    {
        Invert(frame.Payload, loan.Payload);
        loan.Metadata.SetAll(frame.Metadata);
        loan.Metadata.Set("brightness", Brightness(frame.Plane(0)));
        // The new frame has the identity of the old one: an order that is restored later finds its place by that.
        loan.Send(frame);
    }
}

static void Invert(ReadOnlySpan<byte> from, Span<byte> to)
{
    for (var i = 0; i < to.Length; i++)
        to[i] = (byte)(255 - from[i]);
}

static double Brightness(ReadOnlySpan<byte> luma)
{
    var sum = 0L;
    foreach (var sample in luma)
        sum += sample;
    return luma.IsEmpty ? 0 : sum / (255.0 * luma.Length);
}
