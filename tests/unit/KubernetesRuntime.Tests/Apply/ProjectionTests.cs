using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Apply;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Apply;

public class ProjectionTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """{"b":2}""", """{"a":null}""")]
    [InlineData("""{"a":{"b":"1000m"}}""", """{"a":{"b":"1","c":2}}""", """{"a":{"b":"1"}}""")]
    [InlineData("""{"l":[{"name":"x","v":1}]}""", """{"l":[{"name":"y","v":3},{"name":"x","v":2,"w":4}]}""",
        """{"l":[{"name":"x","v":2}]}""")]
    [InlineData("""{"l":[{"name":"x"}]}""", """{"l":[{"name":"y"}]}""", """{"l":[null]}""")]
    [InlineData("""{"l":[1,2]}""", """{"l":[1,2]}""", """{"l":[1,2]}""")]
    [InlineData("""{"l":[1,2]}""", """{"l":[1,2,3]}""", """{"l":[1,2,3]}""")]
    [InlineData("""{"l":[]}""", """{"l":[1]}""", """{"l":[1]}""")]
    [InlineData("""{"a":{}}""", """{"a":"text"}""", """{"a":"text"}""")]
    [InlineData("""{"conditions":[{"type":"Ready","status":"True"}]}""",
        """{"conditions":[{"type":"Other"},{"type":"Ready","status":"False","more":1}]}""",
        """{"conditions":[{"type":"Ready","status":"False"}]}""")]
    public void A_projection_holds_what_the_document_speaks_of(string shape, string value, string projection) =>
        Projection.Of(JsonNode.Parse(shape), JsonNode.Parse(value))!.ToJsonString().ShouldBe(projection);
}
