namespace K8sMediaFlow.Architecture.Tests.Runner;

/// <summary>The runner of the tests decides what counts as passed, so it is tested itself.</summary>
public sealed class RunnerTests : IDisposable
{
    private readonly RunnerScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Each_test_of_each_room_counts_once()
    {
        _scene.Test("One", "N.C.A", "pass").Test("One", "N.C.Row(n: 1)", "pass").Test("One", "N.C.Row(n: 2)", "pass")
            .Test("Two", "N.D.B", "skip");
        _scene.Run("all").ShouldBe(0, _scene.Output);
        _scene.LastLine.ShouldBe("3 passed, 0 failed, 1 skipped");
        _scene.Output.ShouldContain("N.D.B: because it <is> so");
    }

    [Fact]
    public void A_test_that_fails_twice_has_failed_and_its_message_is_shown()
    {
        _scene.Test("One", "N.C.A", "fail").Test("One", "N.C.B", "pass");
        _scene.Run("all").ShouldBe(1);
        _scene.LastLine.ShouldBe("1 passed, 1 failed, 0 skipped");
        _scene.Output.ShouldContain("N.C.A: because it <is> so");
        _scene.Output.ShouldNotContain("flaky: ");
    }

    [Fact]
    public void A_test_that_passes_the_second_time_is_flaky_and_has_failed_and_both_logs_are_kept()
    {
        _scene.Test("One", "N.C.A", "fail", "pass").Test("One", "N.C.B", "pass");
        _scene.Run("all").ShouldBe(1);
        _scene.LastLine.ShouldBe("1 passed, 1 failed, 0 skipped");
        _scene.Output.ShouldContain("flaky: N.C.A: not in tests/known-flaky.txt");
        _scene.Log("again/N.C.A/first.log").ShouldContain("because it <is> so");
        _scene.Log("again/N.C.A/second/console.log").ShouldContain("what the room said");
    }

    [Fact]
    public void A_flaky_test_that_is_named_with_date_and_cause_counts_as_passed()
    {
        _scene.Test("One", "N.C.A", "fail", "pass").KnownFlaky("# why\n\nN.C.A 2026-11-30 the clock of guests jumps\n");
        _scene.Run("all").ShouldBe(0, _scene.Output);
        _scene.LastLine.ShouldBe("1 passed, 0 failed, 0 skipped");
        _scene.Output.ShouldContain("flaky: N.C.A: known since 2026-11-30: the clock of guests jumps");
    }

    [Fact]
    public void A_named_test_that_fails_twice_has_failed()
    {
        _scene.Test("One", "N.C.A", "fail").KnownFlaky("N.C.A 2026-11-30 why\n");
        _scene.Run("all").ShouldBe(1);
        _scene.LastLine.ShouldBe("0 passed, 1 failed, 0 skipped");
    }

    [Fact]
    public void Of_a_tests_cases_only_those_that_fail_twice_have_failed()
    {
        _scene.Test("One", "N.C.Row(n: 1)", "fail", "pass").Test("One", "N.C.Row(n: 2)", "fail").KnownFlaky("N.C.Row 2026-11-30 why\n");
        _scene.Run("all").ShouldBe(1);
        _scene.LastLine.ShouldBe("1 passed, 1 failed, 0 skipped");
    }

    [Theory]
    [InlineData("N.C.A\n", "known-flaky.txt:1")]
    [InlineData("# why\nN.C.A 2026-13-30 why\n", "known-flaky.txt:2")]
    [InlineData("N.C.A yesterday why\n", "known-flaky.txt:1")]
    [InlineData("N.C.A 2026-11-30\n", "known-flaky.txt:1")]
    [InlineData("N.C.A 2026-11-30 a\nN.C.B 2026-11-30 b\nN.C.C 2026-11-30 c\n", "3 entries; at most 2")]
    public void A_list_that_cannot_be_read_or_is_too_long_is_an_error_before_anything_runs(string list, string error)
    {
        _scene.Test("One", "N.C.A", "pass").KnownFlaky(list);
        _scene.Run("all").ShouldBe(2);
        _scene.Output.ShouldContain(error);
        Should.Throw<FileNotFoundException>(() => _scene.Calls);
    }

    [Fact]
    public void An_entry_that_names_no_test_is_a_failure_where_all_tests_ran()
    {
        _scene.Test("One", "N.C.A", "pass").Test("Two", "N.D.A", "pass").KnownFlaky("N.C.Gone 2026-11-30 why\n");
        _scene.Run("all", "One").ShouldBe(0, _scene.Output);
        _scene.Run("all").ShouldBe(1);
        _scene.LastLine.ShouldBe("2 passed, 1 failed, 0 skipped");
        _scene.Output.ShouldContain("N.C.Gone, which is no test");
    }

    [Theory]
    [InlineData("hang")]
    [InlineData("crash")]
    public void A_test_that_hangs_or_ends_its_host_has_failed_and_those_behind_it_still_count(string end)
    {
        _scene.Test("One", "N.C.A", "pass").Test("One", "N.C.Bad", end).Test("One", "N.C.Behind", "pass").Test("Two", "N.D.A", "pass");
        _scene.Run("all").ShouldBe(1);
        _scene.LastLine.ShouldBe("3 passed, 1 failed, 0 skipped");
        _scene.Output.ShouldContain("N.C.Bad: hung, or took the test host with it");
    }

    [Fact]
    public void A_test_that_hangs_once_is_flaky()
    {
        _scene.Test("One", "N.C.Bad", "hang", "pass").KnownFlaky("N.C.Bad 2026-11-30 why\n");
        _scene.Run("all").ShouldBe(0, _scene.Output);
        _scene.Output.ShouldContain("flaky: N.C.Bad: known since 2026-11-30: why");
        _scene.LastLine.ShouldBe("1 passed, 0 failed, 0 skipped");
    }

    [Fact]
    public void A_room_in_which_one_test_after_the_other_hangs_is_given_up_and_has_failed()
    {
        foreach (var test in (string[])["A", "B", "C", "D", "E"])
            _scene.Test("One", "N.C." + test, "hang");
        _scene.Run("all").ShouldBe(1);
        _scene.Output.ShouldContain("One: given up after 4 runs");
    }

    [Fact]
    public void A_room_without_results_has_failed()
    {
        _scene.Room("One").Test("Two", "N.D.A", "pass");
        _scene.Run("all").ShouldBe(1);
        _scene.LastLine.ShouldBe("1 passed, 1 failed, 0 skipped");
        _scene.Output.ShouldContain("One: wrote no results, ended with 1: what the room said");
    }

    [Fact]
    public void What_rooms_need_is_built_once_and_rooms_that_cannot_have_it_fail()
    {
        _scene.Test("Cluster", "N.C.A", "pass").Test("EndToEnd", "N.D.A", "pass").Test("Chart", "N.E.A", "pass")
            .Test("Rdma", "N.F.A", "pass");
        _scene.Run("all").ShouldBe(0, _scene.Output);
        foreach (var builder in (string[])["images/build.sh", "scripts/publish.sh", "cluster/build.sh"])
            _scene.Builds(builder).ShouldBe(1, builder);
        _scene.Failing("images/build.sh").Run("all").ShouldBe(1);
        _scene.LastLine.ShouldBe("2 passed, 2 failed, 0 skipped");
        _scene.Output.ShouldContain("no images/build.sh for you");
    }

    [Fact]
    public void What_was_built_from_the_same_sources_is_not_built_again()
    {
        _scene.Test("EndToEnd", "N.D.A", "pass").AsRepository().Source("src/A.cs", "one");
        _scene.Run("all").ShouldBe(0, _scene.Output);
        _scene.Forget().Run("all").ShouldBe(0, _scene.Output);
        _scene.Builds("scripts/publish.sh").ShouldBe(1);
        _scene.Built.ShouldBe("one");
        _scene.Forget().Source("src/A.cs", "two").Run("all").ShouldBe(0, _scene.Output);
        _scene.Builds("scripts/publish.sh").ShouldBe(2);
        _scene.Built.ShouldBe("two");
    }

    [Fact]
    public void Outside_of_a_repository_everything_is_built_each_time()
    {
        _scene.Test("EndToEnd", "N.D.A", "pass").Source("src/A.cs", "one");
        _scene.Run("all").ShouldBe(0, _scene.Output);
        _scene.Forget().Run("all").ShouldBe(0, _scene.Output);
        _scene.Builds("scripts/publish.sh").ShouldBe(2);
    }

    [Fact]
    public void Rooms_run_beside_the_cluster_and_a_second_try_runs_alone()
    {
        _scene.Test("Cluster", "N.C.A", "fail", "pass").Test("One", "N.D.A", "pass");
        _scene.Run("all").ShouldBe(1);
        var rooms = _scene.Calls.Where(call => !call.Contains(".sh", StringComparison.Ordinal)).ToList();
        rooms.Take(2).ShouldAllBe(call => call.StartsWith("begin", StringComparison.Ordinal), string.Join('\n', rooms));
        rooms[^2..].ShouldBe(["begin Cluster FullyQualifiedName=N.C.A", "end Cluster"]);
    }

    [Fact]
    public void The_quick_tests_build_no_cluster_and_leave_out_what_is_slow_or_needs_root()
    {
        _scene.Test("Cluster", "N.C.A", "pass");
        _scene.Run("quick").ShouldBe(0, _scene.Output);
        _scene.Calls.ShouldContain("begin Cluster Category!=Root&Category!=Slow");
        _scene.Calls.ShouldNotContain(call => call.Contains("cluster/build.sh", StringComparison.Ordinal));
        // What is linked takes minutes, and stays as it is.
        _scene.Calls.Where(call => call.Contains("publish.sh", StringComparison.Ordinal))
            .ShouldBe(["scripts/publish.sh artifacts/run Release"]);
        _scene.Run("all", "Nowhere").ShouldBe(2);
        _scene.Output.ShouldContain("No room Nowhere: there is Cluster");
    }
}
