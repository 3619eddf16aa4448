using K8sMediaFlow.Staging.Delivery;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Delivery;

public sealed class DerivationLedgerTests
{
    private sealed class Told : ILedgerOwner
    {
        public readonly List<string> Words = [];

        public void InputReturned(int tag, bool done) => Words.Add($"{(done ? "both" : "returned")} {tag}");

        public void InputDone(int tag) => Words.Add($"done {tag}");
    }

    [Fact]
    public void An_input_without_outputs_is_done_when_it_is_let_go()
    {
        var (told, ledger) = New();
        ledger.Release(ledger.AddInput(5));
        told.Words.ShouldBe(["both 5"]);
    }

    [Fact]
    public void An_input_is_done_when_all_its_outputs_are()
    {
        var (told, ledger) = New();
        var input = ledger.AddInput(5);
        var (first, second) = (ledger.AddOutput(), ledger.AddOutput());
        ledger.Derive(first, input, false);
        ledger.Derive(second, input, false);
        ledger.Release(input);
        told.Words.ShouldBe(["returned 5"]);
        ledger.OutputDone(second);
        told.Words.Count.ShouldBe(1);
        ledger.OutputDone(first);
        told.Words.ShouldBe(["returned 5", "done 5"]);
    }

    [Fact]
    public void A_forward_holds_its_input_until_it_is_returned()
    {
        var (told, ledger) = New();
        var input = ledger.AddInput(5);
        var output = ledger.AddOutput();
        ledger.Derive(output, input, holdsBytes: true);
        ledger.Release(input);
        told.Words.ShouldBeEmpty();
        ledger.OutputReturned(output);
        told.Words.ShouldBe(["returned 5"]);
        ledger.OutputDone(output);
        told.Words.ShouldBe(["returned 5", "done 5"]);
    }

    [Fact]
    public void A_forward_that_is_done_without_having_been_returned_gives_its_input_back_with_one_word()
    {
        var (told, ledger) = New();
        var input = ledger.AddInput(5);
        var output = ledger.AddOutput();
        ledger.Derive(output, input, holdsBytes: true);
        ledger.Release(input);
        ledger.OutputDone(output);
        told.Words.ShouldBe(["both 5"]);
        ledger.Inputs.ShouldBe(0);
    }

    [Fact]
    public void It_agrees_with_a_slow_model_and_forgets_everything()
    {
        var random = new Random(Seed.Take(nameof(It_agrees_with_a_slow_model_and_forgets_everything)));
        for (var round = 0; round < 200; round++)
            RunRandomly(random);
    }

    private sealed class Model
    {
        public int Tag;
        public int Number;
        public bool Held = true;
        public readonly List<ModelOutput> Outputs = [];
    }

    private sealed class ModelOutput
    {
        public int Number;
        public bool IsForward;
        public bool Returned;
        public bool Done;
    }

    private static void RunRandomly(Random random)
    {
        var (told, ledger) = New();
        var (inputs, outputs) = (new List<Model>(), new List<ModelOutput>());
        for (var step = 0; step < 300; step++)
            Step(random, ledger, inputs, outputs, step);
        foreach (var input in inputs.Where(input => input.Held))
            Let(ledger, input);
        foreach (var output in outputs.Where(output => !output.Done))
            Finish(ledger, output);
        ledger.Inputs.ShouldBe(0);
        ledger.Outputs.ShouldBe(0);
        foreach (var input in inputs)
            told.Words.Count(word => word == $"both {input.Tag}" || word == $"done {input.Tag}").ShouldBe(1);
    }

    private static void Step(Random random, DerivationLedger ledger, List<Model> inputs, List<ModelOutput> outputs, int step)
    {
        var held = inputs.Where(input => input.Held).ToList();
        switch (random.Next(5))
        {
            case 0:
                inputs.Add(new Model { Tag = step, Number = ledger.AddInput(step) });
                break;
            case 1 when held.Count > 0:
                var output = new ModelOutput { Number = ledger.AddOutput(), IsForward = random.Next(2) == 0 };
                outputs.Add(output);
                foreach (var input in held.Where(_ => random.Next(2) == 0))
                {
                    ledger.Derive(output.Number, input.Number, output.IsForward);
                    input.Outputs.Add(output);
                }
                break;
            case 2 when held.Count > 0:
                Let(ledger, held[random.Next(held.Count)]);
                break;
            case 3 when outputs.Find(output => !output.Returned && !output.Done) is { } some:
                some.Returned = true;
                ledger.OutputReturned(some.Number);
                break;
            case 4 when outputs.Where(output => !output.Done).ToList() is { Count: > 0 } open:
                Finish(ledger, open[random.Next(open.Count)]);
                break;
        }
        ledger.Inputs.ShouldBe(inputs.Count(input => input.Held || input.Outputs.Exists(output => !output.Done)));
    }

    private static void Let(DerivationLedger ledger, Model input)
    {
        input.Held = false;
        ledger.Release(input.Number);
    }

    private static void Finish(DerivationLedger ledger, ModelOutput output)
    {
        output.Done = true;
        ledger.OutputDone(output.Number);
    }

    private static (Told, DerivationLedger) New()
    {
        var told = new Told();
        return (told, new DerivationLedger(told));
    }
}
