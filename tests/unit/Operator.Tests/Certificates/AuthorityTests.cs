using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Certificates;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Primitives.Certificates;

namespace K8sMediaFlow.Operator.Tests.Certificates;

public class AuthorityTests
{
    private static readonly CertificateTimes Times = new(TimeSpan.FromDays(300), TimeSpan.FromDays(30), TimeSpan.FromMinutes(10));
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly AuthorityState First = AuthorityState.Advance(null, Times, Now);

    [Fact]
    public void Nothing_is_due_until_two_thirds_of_an_authoritys_life()
    {
        AuthorityState.Advance(First, Times, Now.AddDays(199)).ShouldBeSameAs(First);
        AuthorityState.Advance(First, Times, Now.AddDays(201)).Next.ShouldNotBeNull();
    }

    [Fact]
    public void The_next_authority_is_trusted_before_it_issues_and_the_one_before_after_it_has_stopped()
    {
        var start = Now.AddDays(201);
        var coming = AuthorityState.Advance(First, Times, start);
        (coming.Current == First.Current, Trusts(coming, First.Current), Trusts(coming, coming.Next!)).ShouldBe((true, true, true));
        AuthorityState.Advance(coming, Times, start.AddMinutes(9)).ShouldBeSameAs(coming);
        var changed = AuthorityState.Advance(coming, Times, start.AddMinutes(10));
        (changed.Current == coming.Next, Trusts(changed, First.Current)).ShouldBe((true, true));
        Trusts(AuthorityState.Advance(changed, Times, start.AddDays(31)), First.Current).ShouldBeFalse("what it issued has ended");
    }

    [Fact]
    public void An_overlap_that_nobody_followed_is_none()
    {
        // The next authority stands in the Secret, and for a month no controller ran to tell anybody of it.
        var coming = AuthorityState.Advance(First, Times, Now.AddDays(201));
        var back = Now.AddDays(231);
        AuthorityState.Advance(coming, Times, back, followedSince: back).ShouldBeSameAs(coming);
        AuthorityState.Advance(coming, Times, back.AddMinutes(9), followedSince: back).ShouldBeSameAs(coming);
        AuthorityState.Advance(coming, Times, back.AddMinutes(10), followedSince: back).Current.ShouldBe(coming.Next);
    }

    [Fact]
    public void Another_authority_in_this_ones_place_is_trusted_before_it_issues()
    {
        var other = AuthorityState.Advance(null, Times, Now);
        (other.IsStepFrom(First), other.Trusts(First), First.IsStepFrom(First)).ShouldBe((false, false, true));
        var coming = First.Succeeded(other.Current, Now);
        (coming.Current == First.Current, Trusts(coming, other.Current), coming.IsStepFrom(First)).ShouldBe((true, true, true));
        coming.Succeeded(other.Current, Now.AddMinutes(5)).ShouldBeSameAs(coming, "put there again it does not begin anew");
        AuthorityState.Advance(coming, Times, Now.AddMinutes(9)).ShouldBeSameAs(coming);
        var changed = AuthorityState.Advance(coming, Times, Now.AddMinutes(10));
        (changed.Current == other.Current, Trusts(changed, First.Current), changed.IsStepFrom(coming), changed.Trusts(First))
            .ShouldBe((true, true, true, true));
    }

    [Fact]
    public void Another_authority_that_can_issue_nothing_changes_nothing()
    {
        First.Succeeded(AuthorityState.Advance(null, Times, Now.AddDays(-400)).Current, Now).ShouldBeSameAs(First, "it has ended");
        First.Succeeded(AuthorityState.Advance(null, Times, Now.AddDays(1)).Current, Now).ShouldBeSameAs(First, "it has not begun");
        var leaf = UnitIdentities.Of(Unit(1), "media", "pair", null, First, Times, Now).Identity;
        First.Succeeded(new(leaf.CertificatePem, leaf.KeyPem), Now).ShouldBeSameAs(First, "it is no authority");
    }

    [Fact]
    public void A_time_that_somebody_took_away_begins_anew()
    {
        var coming = AuthorityState.Advance(First, Times, Now.AddDays(201));
        AuthorityState.Advance(coming with { NextSince = null }, Times, Now.AddDays(202)).NextSince.ShouldBe(Now.AddDays(202));
        var changed = AuthorityState.Advance(coming, Times, Now.AddDays(202));
        AuthorityState.Advance(changed with { BeforeUntil = null }, Times, Now.AddDays(203))
            .BeforeUntil.ShouldBe(Now.AddDays(203) + Times.Leaf);
    }

    [Fact]
    public void Where_the_authority_has_ended_there_is_nothing_to_be_gentle_with()
    {
        var coming = AuthorityState.Advance(First, Times, Now.AddDays(201));
        var late = AuthorityState.Advance(coming, Times, Now.AddDays(301), followedSince: Now.AddDays(301));
        (late.Current, late.Next, late.Before).ShouldBe((coming.Next!, null, null));
        var latest = AuthorityState.Advance(coming, Times, Now.AddDays(1000));
        (latest.Current == First.Current || latest.Current == coming.Next).ShouldBeFalse();
    }

    [Fact]
    public void What_is_written_to_the_Secret_is_read_back()
    {
        var coming = AuthorityState.Advance(First, Times, Now.AddDays(201));
        AuthoritySecret.Read(AuthoritySecret.Write(coming, "system", "7")).ShouldBe(coming);
        var changed = AuthorityState.Advance(coming, Times, Now.AddDays(202));
        AuthoritySecret.Read(AuthoritySecret.Write(changed, "system", null)).ShouldBe(changed);
        Should.Throw<InvalidDataException>(() => AuthoritySecret.Read(new Secret { Metadata = new() { Name = "x" } }))
            .Message.ShouldContain("tls.crt");
    }

    [Fact]
    public void A_units_certificate_is_kept_until_two_thirds_of_its_life_and_its_tokens_for_ever()
    {
        var unit = Unit(1);
        var made = UnitIdentities.Of(unit, "media", "pair", null, First, Times, Now);
        (made.Issued, made.Changed, made.Identity.Tokens.Count).ShouldBe((true, true, 1));
        var kept = UnitIdentities.Of(unit, "media", "pair", Stored(made.Identity), First, Times, Now.AddDays(19));
        (kept.Issued, kept.Changed, kept.Identity.CertificatePem).ShouldBe((false, false, made.Identity.CertificatePem));
        var renewed = UnitIdentities.Of(unit, "media", "pair", Stored(made.Identity), First, Times, Now.AddDays(21));
        (renewed.Issued, renewed.Identity.CertificatePem == made.Identity.CertificatePem).ShouldBe((true, false));
        renewed.Identity.Tokens.ShouldBe(made.Identity.Tokens);
        var scaled = UnitIdentities.Of(Unit(2), "media", "pair", Stored(made.Identity), First, Times, Now);
        (scaled.Issued, scaled.Changed, scaled.Identity.Tokens.Count).ShouldBe((false, true, 2));
        scaled.Identity.Tokens["token-sink-0"].ShouldBe(made.Identity.Tokens["token-sink-0"]);
    }

    [Theory]
    [InlineData("tls.crt", "no certificate")]
    [InlineData("tls.key", "no key")]
    public void A_spoiled_Secret_gets_a_new_certificate(string key, string spoiled)
    {
        var made = UnitIdentities.Of(Unit(1), "media", "pair", null, First, Times, Now).Identity;
        var secret = Stored(made);
        var data = secret.Data!.ToDictionary();
        data[key] = System.Text.Encoding.UTF8.GetBytes(spoiled);
        UnitIdentities.Of(Unit(1), "media", "pair", secret with { Data = data }, First, Times, Now).Issued.ShouldBeTrue();
    }

    [Fact]
    public void A_change_of_the_authority_issues_anew_and_peers_believe_each_other_throughout()
    {
        // Chains are checked by the clock, so all of this lies where it is valid now.
        var first = AuthorityState.Advance(null, Times, Now.AddDays(-210));
        var before = UnitIdentities.Of(Unit(1), "media", "pair", null, first, Times, Now).Identity;
        var coming = AuthorityState.Advance(first, Times, Now.AddDays(-1));
        var changed = AuthorityState.Advance(coming, Times, Now);
        var trusting = UnitIdentities.Of(Unit(1), "media", "pair", Stored(before), coming, Times, Now);
        (trusting.Issued, trusting.Identity.AuthoritiesPem).ShouldBe((false, coming.Bundle));
        var after = UnitIdentities.Of(Unit(1), "media", "pair", Stored(before), changed, Times, Now);
        after.Issued.ShouldBeTrue();
        Believes(trusting.Identity, before).ShouldBeTrue();
        Believes(after.Identity, before).ShouldBeTrue("one pod has the new certificate, its peer still the old one");
    }

    private static bool Believes(UnitIdentity one, UnitIdentity other)
    {
        var mine = TlsIdentity.FromPem(one.CertificatePem, one.KeyPem, one.AuthoritiesPem);
        var peer = TlsIdentity.FromPem(other.CertificatePem, other.KeyPem, other.AuthoritiesPem);
        return IdentityChecks.CheckIdentity(peer.Certificate, ["k8smediaflow://media/pair/sink"]).Accepted
            && IdentityChecks.CheckChain(peer.Certificate, mine.Authorities).Accepted;
    }

    private static bool Trusts(AuthorityState state, KeyPair authority) =>
        state.Bundle.Contains(authority.CertificatePem.Trim(), StringComparison.Ordinal);

    private static PipelineUnit Unit(int replicas)
    {
        var (accepted, _) = Acceptance.Of(Pipelines.Stored(Pipelines.Pair,
            document => document["spec"]!["operators"]![1]!["replicas"] = replicas));
        return PipelineUnit.Of(accepted!.Graph).Single(unit => unit.Name == "sink");
    }

    private static Secret Stored(UnitIdentity identity)
    {
        var data = identity.Tokens.Append(new("tls.crt", identity.CertificatePem)).Append(new("tls.key", identity.KeyPem))
            .Append(new("ca.crt", identity.AuthoritiesPem));
        return new()
        {
            Metadata = new() { Name = "pair-sink-kmf" },
            Data = data.ToDictionary(one => one.Key, one => System.Text.Encoding.UTF8.GetBytes(one.Value)),
        };
    }
}
