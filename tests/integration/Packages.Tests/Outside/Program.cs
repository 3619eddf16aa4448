using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Sdk;
using Outside;

var buffer = new MessageBuffer(4096);
var building = buffer.Begin<Score.Builder>();
(building.Name, building.Value) = ("goal", 0.75);
var score = buffer.Read<Score.Reader>(buffer.Finish().ToArray());
Console.WriteLine($"{score.Name.ToString()} {score.Value}");
try
{
    await using var media = await MediaOperator.AttachAsync();
}
catch (MediaOperatorException failure)
{
    Console.WriteLine($"{failure.Error}: {failure.Message}");
}
