// A sink: counts the frames and their bytes, and says so at the end of the stream.
using K8sMediaFlow.Sdk;

await using var media = await MediaOperator.AttachAsync();
var (frames, bytes, brightest) = (0L, 0L, 0.0);
while (await media.Inputs["video"].ReceiveAsync(media.Stopping) is { } frame)
{
    // Disposing says that the frame is done: its producer may use the memory again.
    using (frame)
    {
        frames++;
        bytes += frame.Payload.Length;
        if (frame.Metadata.TryGet("brightness", out double brightness))
            brightest = Math.Max(brightest, brightness);
    }
}
Console.WriteLine($"{frames} frames, {bytes} bytes, brightness up to {brightest:0.00}");
