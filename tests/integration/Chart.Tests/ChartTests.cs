using System.Text.Json.Nodes;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Hosting;
using K8sMediaFlow.Operator.Webhooks;
using K8sMediaFlow.TestKit;
using static K8sMediaFlow.Chart.Tests.RenderedChart;

namespace K8sMediaFlow.Chart.Tests;

/// <summary>What must hold of the chart whatever its values: rendered by helm over a table of them and of server versions.</summary>
public sealed class ChartTests
{
    private static readonly Dictionary<string, string[]> Tables = new()
    {
        ["defaults"] = [All],
        ["everything"] =
        [
            All, "installation=\"night\"", """sidecarImagePullSecrets=["registry", "other"]""",
            """image={"registry": "registry.example.com/media/", "tag": "1.2.3", "pullPolicy": "Always"}""",
                """imagePullSecrets=[{"name": "registry"}]""", "replicas=3",
            """webhook={"enabled": true, "failurePolicy": "Fail"}""",
                """metrics={"podMonitor": {"enabled": true, "labels": {"team": "video"}}}""",
            """telemetry={"otlpEndpoint": "http://collector:4318"}""", """networkPolicy={"metricsFrom": [{"namespaceSelector": {}}]}""",
                """podLabels={"team": "video"}""", """podAnnotations={"note": "x"}""",
            """nodeSelector={"disk": "ssd"}""", """tolerations=[{"operator": "Exists"}]""", """priorityClassName="high" """,
                "logLevel=\"Debug\"",
            """topologySpreadConstraints=[{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}]""",
                """affinity={"nodeAffinity": {}}""",
            """serviceAccount={"name": "controller", "annotations": {"a": "b"}}""",
        ],
        ["two namespaces"] = ["""watchNamespaces=["sport", "news"]""", """webhook={"enabled": true}""",
            """metrics={"podMonitor": {"enabled": true}}"""],
        ["nothing that can be left out"] =
        [
            All, "crds={\"install\": false}", "rbac={\"create\": false, \"aggregate\": false}",
                "serviceAccount={\"create\": false, \"name\": \"there-already\"}",
            "networkPolicy={\"enabled\": false}", "podDisruptionBudget={\"enabled\": false}", "replicas=1",
        ],
    };

    private const string All = "allNamespaces=true";

    private static readonly string[] Versions = ["1.20.2", "1.24.0", "1.29.3", "1.34.1"];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var table in Tables.Keys)
                foreach (var version in Versions)
                    cases.Add(table, version);
            return cases;
        }
    }

    [NeedsTheory("helm")]
    [MemberData(nameof(Cases))]
    public void Whatever_the_values_the_chart_keeps_its_promises(string table, string version)
    {
        var chart = new RenderedChart(Helm.Template(version, Tables[table]));
        EveryObjectIsNamedOnceAndPlaced(chart, table);
        EveryPodIsRestricted(chart);
        NoContainerNamesAnotherProgram(chart);
        EverySelectorFindsTheController(chart);
        EveryPortThatListensIsAllowed(chart);
        NothingIsGrantedWithoutBounds(chart);
        DefinitionsAreTheGeneratedOnes(chart, version);
    }

    private static void EveryObjectIsNamedOnceAndPlaced(RenderedChart chart, string table)
    {
        chart.Objects.Select(one => (Kind(one), Namespace(one), Name(one))).ShouldBeUnique();
        string[] watched = table == "two namespaces" ? ["sport", "news"] : [];
        foreach (var one in chart.Objects)
            (IsOfCluster(one)
                ? Namespace(one) is null
                : Namespace(one) == Helm.Namespace || (watched.Contains(Namespace(one)) && Kind(one) is "Role" or "RoleBinding"))
                .ShouldBeTrue($"{Kind(one)} {Name(one)} in {Namespace(one)}");
    }

    private static void EveryPodIsRestricted(RenderedChart chart)
    {
        chart.WithPods.Count().ShouldBe(2);
        foreach (var one in chart.WithPods)
        {
            RestrictedProfile.Violations(one).ShouldBeEmpty($"{Kind(one)} {Name(one)}");
            var spec = one["spec"]!["template"]?["spec"] ?? one["spec"]!;
            spec["containers"]!.AsArray()
                .ShouldAllBe(container => container!["securityContext"]!["readOnlyRootFilesystem"]!.GetValue<bool>()
                && container["resources"]!["limits"]!["memory"] != null);
        }
    }

    // The images of controller and sidecar hold their program and no shell.
    private static void NoContainerNamesAnotherProgram(RenderedChart chart) =>
        chart.WithPods.SelectMany(pods => (pods["spec"]!["template"]?["spec"] ?? pods["spec"]!)["containers"]!.AsArray())
            .ShouldAllBe(container => container!["command"] == null);

    private static void EverySelectorFindsTheController(RenderedChart chart)
    {
        chart.Selects(chart.Deployment["spec"]!["selector"]!["matchLabels"]).ShouldBeTrue();
        foreach (var service in chart.OfKind("Service"))
        {
            chart.Selects(service["spec"]!["selector"]).ShouldBeTrue(Name(service));
            foreach (var port in service["spec"]!["ports"]!.AsArray())
                chart.Controller["ports"]!.AsArray()
                    .ShouldContain(one => one!["name"]!.GetValue<string>() == port!["targetPort"]!.GetValue<string>(), Name(service));
        }
        foreach (var one in chart.OfKind("PodDisruptionBudget"))
            chart.Selects(one["spec"]!["selector"]!["matchLabels"]).ShouldBeTrue();
        // The network policies of pipelines know the controller by these two, whatever the release is called.
        (chart.PodTemplate["metadata"]!["labels"]!["app.kubernetes.io/name"]!.GetValue<string>(),
            chart.PodTemplate["metadata"]!["labels"]!["app.kubernetes.io/component"]!.GetValue<string>())
            .ShouldBe(("k8smediaflow", "controller"));
    }

    private static void EveryPortThatListensIsAllowed(RenderedChart chart)
    {
        foreach (var policy in chart.OfKind("NetworkPolicy"))
        {
            chart.Selects(policy["spec"]!["podSelector"]!["matchLabels"]).ShouldBeTrue();
            var allowed = policy["spec"]!["ingress"]!.AsArray().SelectMany(rule => rule!["ports"]!.AsArray())
                .Select(port => port!["port"]!.GetValue<int>());
            allowed.Order().ShouldBe(chart.Controller["ports"]!.AsArray().Select(port => port!["containerPort"]!.GetValue<int>()).Order());
        }
    }

    private static void NothingIsGrantedWithoutBounds(RenderedChart chart)
    {
        foreach (var (_, rule) in chart.Granted())
        {
            var (resources, verbs) = (Texts(rule["resources"]).ToList(), Texts(rule["verbs"]).ToList());
            Texts(rule["apiGroups"]).Concat(resources).Concat(verbs).ShouldNotContain("*");
            resources.ShouldNotContain(resource => resource.StartsWith("pods/", StringComparison.Ordinal)
                || resource.StartsWith("roles", StringComparison.Ordinal));
            verbs.ShouldNotContain(verb => verb == "deletecollection" || verb == "escalate" || verb == "bind" || verb == "impersonate");
        }
        foreach (var binding in chart.Objects.Where(one => Kind(one) is "RoleBinding" or "ClusterRoleBinding"))
            binding["subjects"]!.AsArray().Single()!["name"]!.GetValue<string>()
                .ShouldBe(chart.PodTemplate["spec"]!["serviceAccountName"]!.GetValue<string>());
    }

    private static void DefinitionsAreTheGeneratedOnes(RenderedChart chart, string version)
    {
        foreach (var definition in chart.OfKind("CustomResourceDefinition"))
        {
            definition["metadata"]!["annotations"]!["helm.sh/resource-policy"]!.GetValue<string>().ShouldBe("keep");
            definition["metadata"]!.AsObject().Remove("annotations");
            var plural = Name(definition).Split('.')[0];
            var cel = Path.Combine(Sources.Root, "config", "crd", "cel", $"{plural}.yaml");
            var path = version != "1.20.2" && version != "1.24.0" && File.Exists(cel)
                ? cel
                : Path.Combine(Sources.Root, "config", "crd", $"{plural}.yaml");
            JsonNode.DeepEquals(definition, YamlDocuments.Parse(File.ReadAllText(path)).Single()).ShouldBeTrue($"{plural} on {version}");
        }
    }

    [NeedsFact("helm")]
    public void The_chart_is_linted_with_every_table_of_values()
    {
        foreach (var values in Tables.Values)
            Helm.Lint(values).ShouldContain("0 chart(s) failed");
    }

    [NeedsTheory("helm")]
    [InlineData("1.20.2", "policy/v1beta1")]
    [InlineData("1.21.0", "policy/v1")]
    [InlineData("1.34.1", "policy/v1")]
    public void The_disruption_budget_is_of_a_version_that_the_server_serves(string version, string group) =>
        new RenderedChart(Helm.Template(version, All)).OfKind("PodDisruptionBudget").Single()["apiVersion"]!.GetValue<string>()
            .ShouldBe(group);

    [NeedsFact("helm")]
    public void A_server_that_is_too_old_is_refused() => Helm.Refusal("1.19.0", "replicas=2").ShouldContain("kubeVersion");

    [NeedsTheory("helm")]
    [InlineData("replica=2", "replica")]
    [InlineData("replicas=0", "replicas")]
    [InlineData("replicas=\"two\"", "replicas")]
    [InlineData("logLevel=\"Verbose\"", "logLevel")]
    [InlineData("""watchNamespaces=["No_Name"]""", "watchNamespaces")]
    [InlineData("""watchNamespaces=["a", "a"]""", "watchNamespaces")]
    [InlineData("allNamespaces=\"yes\"", "allNamespaces")]
    [InlineData("installation=\"No Name\"", "installation")]
    [InlineData("""sidecarImagePullSecrets=[{"name": "registry"}]""", "sidecarImagePullSecrets")]
    [InlineData("""webhook={"enabled": "yes"}""", "enabled")]
    [InlineData("""webhook={"failurePolicy": "Maybe"}""", "failurePolicy")]
    [InlineData("""webhook={"timeoutSeconds": 60}""", "timeoutSeconds")]
    [InlineData("""image={"controller": ""}""", "controller")]
    [InlineData("""image={"pullPolicy": "Sometimes"}""", "pullPolicy")]
    [InlineData("""imagePullSecrets=["registry"]""", "imagePullSecrets")]
    [InlineData("""metrics={"podMonitor": {"interval": "often"}}""", "interval")]
    [InlineData("""telemetry={"otlpEndpoint": "collector:4318"}""", "otlpEndpoint")]
    [InlineData("""telemetry={"otlpProtocol": "udp"}""", "otlpProtocol")]
    [InlineData("""podLabels={"a": 1}""", "podLabels")]
    [InlineData("""crds={"keep": true}""", "keep")]
    public void A_value_that_is_wrong_is_refused_by_name(string value, string name) => Helm.Refusal("1.34.1", value).ShouldContain(name);

    [NeedsFact("helm")]
    public void With_a_list_of_namespaces_nothing_of_pipelines_is_granted_elsewhere()
    {
        var chart = new RenderedChart(Helm.Template("1.34.1", Tables["two namespaces"]));
        var everywhere = chart.Granted().Where(one => one.Namespace is null).SelectMany(one => Texts(one.Rule["resources"])).Distinct();
        everywhere.Order().ShouldBe(["nodes", "validatingwebhookconfigurations"]);
        chart.Granted().Where(one => one.Namespace is "sport").SelectMany(one => Texts(one.Rule["resources"])).ShouldContain("pods");
        chart.Granted().Where(one => one.Namespace == Helm.Namespace).SelectMany(one => Texts(one.Rule["resources"])).Distinct().Order()
            .ShouldBe(["events", "leases", "secrets"]);
        Texts(chart.Controller["args"]).ShouldContain("--watch-namespaces=sport,news");
    }

    [NeedsFact("helm")]
    public void Nobody_gets_rights_over_a_clusters_Secrets_without_having_asked_for_them()
    {
        Helm.Refusal("1.34.1", "replicas=2")
            .ShouldContain("say whose pipelines this installation runs: watchNamespaces, a list, or allNamespaces=true");
        Helm.Refusal("1.34.1", "allNamespaces=true", "watchNamespaces=[\"sport\"]").ShouldContain("one of the two");
        var everywhere = new RenderedChart(Helm.Template("1.34.1", All)).Granted().Where(one => one.Namespace is null)
            .SelectMany(one => Texts(one.Rule["resources"]));
        everywhere.ShouldContain("secrets");
    }

    /// <summary>Helm takes over no object of another release, so names that are the same let it refuse the second one.</summary>
    [NeedsFact("helm")]
    public void Two_releases_that_would_run_the_same_pipelines_meet_in_the_name_of_a_role()
    {
        string[] Roles(params string[] values) =>
            [.. new RenderedChart(Helm.Template("1.34.1", values)).Objects.Where(one => Kind(one) is "Role" or "ClusterRole")
                .Select(one => $"{Namespace(one)}/{Name(one)}").Where(name => name.Contains("-pipelines", StringComparison.Ordinal))];
        Roles(All).ShouldBe(["/k8smediaflow-pipelines"]);
        Roles(All, "installation=\"night\"").ShouldBe(["/k8smediaflow-pipelines-night"]);
        Roles(Tables["two namespaces"]).ShouldBe(["sport/k8smediaflow-pipelines", "news/k8smediaflow-pipelines"]);
    }

    [NeedsFact("helm")]
    public void Users_who_may_view_or_edit_a_namespace_may_do_so_with_its_pipelines_and_no_more()
    {
        var chart = new RenderedChart(Helm.Template("1.34.1", All));
        var roles = chart.OfKind("ClusterRole")
            .Where(role => role["metadata"]!["labels"]!.AsObject()
            .Any(label => label.Key.StartsWith("rbac.authorization.k8s.io/aggregate-to-", StringComparison.Ordinal))).ToList();
        roles.Count.ShouldBe(3);
        roles.SelectMany(role => role["rules"]!.AsArray()).SelectMany(rule => Texts(rule!["apiGroups"])).Distinct()
            .ShouldBe(["k8smediaflow.io"]);
        foreach (var viewer in roles.Where(role => role["metadata"]!["labels"]!["rbac.authorization.k8s.io/aggregate-to-view"] is not null))
            viewer["rules"]!.AsArray().SelectMany(rule => Texts(rule!["verbs"])).Distinct().Order().ShouldBe(["get", "list", "watch"]);
    }

    [NeedsFact("helm")]
    public void The_webhook_leaves_its_authority_to_the_controller()
    {
        var chart = new RenderedChart(Helm.Template("1.34.1", Tables["everything"]));
        var webhook = chart.OfKind("ValidatingWebhookConfiguration").Single()["webhooks"]![0]!;
        webhook["clientConfig"]!.AsObject().ContainsKey("caBundle").ShouldBeFalse();
        var name = webhook["clientConfig"]!["service"]!["name"]!.GetValue<string>();
        chart.OfKind("Service").Select(Name).ShouldContain(name);
        Texts(chart.Controller["args"]).ShouldContain($"--webhook-service={name}");
        Texts(chart.Controller["image"] is { } image ? new JsonArray(image.DeepClone()) : null)
            .ShouldBe(["registry.example.com/media/k8smediaflow/controller:1.2.3"]);
    }

    /// <summary>Options that nothing reads stop the controller at its start: a chart that has one would install and never run.</summary>
    [NeedsTheory("helm")]
    [InlineData("defaults")]
    [InlineData("everything")]
    [InlineData("two namespaces")]
    public void The_controller_understands_what_the_chart_tells_it(string table)
    {
        var chart = new RenderedChart(Helm.Template("1.34.1", Tables[table]));
        var options = ControllerOptions.Read([.. Texts(chart.Controller["args"])
            .Select(text => text.Replace("$(POD_NAMESPACE)", Helm.Namespace, StringComparison.Ordinal))], name => Variable(chart, name));
        options.Telemetry.ShouldBe(table == "everything"
            ? new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4318",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf"
            } : [], ignoreOrder: true);
        options.Namespace.ShouldBe(Helm.Namespace);
        options.MetricsAddress.Port.ShouldBe(Port(chart, "metrics"));
        options.WatchNamespaces.ShouldBe(table == "two namespaces" ? ["sport", "news"] : []);
        (options.Installation, string.Join(' ', options.SidecarImagePullSecrets))
            .ShouldBe(table == "everything" ? ("night", "registry other") : ("", ""));
        options.WebhookAddress?.Port.ShouldBe(Port(chart, "webhook"));
        chart.OfKind("ValidatingWebhookConfiguration").Select(Name).SingleOrDefault().ShouldBe(options.WebhookConfiguration);
        foreach (var webhook in chart.OfKind("ValidatingWebhookConfiguration").Select(one => one["webhooks"]!.AsArray().Single()!))
            (webhook["name"]!.GetValue<string>(), webhook["clientConfig"]!["service"]!["path"]!.GetValue<string>())
                .ShouldBe((WebhookRegistration.Name, WebhookServer.Path));
        foreach (var (label, value) in new RenderSettings(options.SidecarImage, Helm.Namespace).ControllerLabels)
            chart.PodTemplate["metadata"]!["labels"]![label]!.GetValue<string>().ShouldBe(value);
        Texts(new JsonArray([.. chart.OfKind("Role").SelectMany(role => role["rules"]!.AsArray())
            .SelectMany(rule => Texts(rule!["resourceNames"])).Select(one => JsonValue.Create(one))]))
            .ShouldContain(options.LeaseName);
    }

    private static string? Variable(RenderedChart chart, string name) =>
        chart.Controller["env"]!.AsArray().FirstOrDefault(one => one!["name"]!.GetValue<string>() == name)?["value"]?.GetValue<string>();

    private static int Port(RenderedChart chart, string name) =>
        chart.Controller["ports"]!.AsArray().Single(port => port!["name"]!.GetValue<string>() == name)!["containerPort"]!.GetValue<int>();
}
