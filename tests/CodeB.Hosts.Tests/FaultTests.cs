using System.Diagnostics;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using CodeB.Testing;

namespace CodeB.Hosts.Tests;

/// <summary>Each test has its own sshd, for it breaks it.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private SshdFixture _sshd = null!;

    public async ValueTask InitializeAsync() => _sshd = await SshdFixture.StartAsync();

    public ValueTask DisposeAsync() => _sshd.DisposeAsync();

    [Fact]
    public async Task Cancelling_ends_the_remote_process_group()
    {
        using var cancel = new CancellationTokenSource();
        var (command, started) = Sleeper("cancel");
        var running = _sshd.Session.RunAsync(command, default, cancel.Token);
        var processes = await started();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await AreGoneAsync(processes);
    }

    [Fact]
    public async Task A_timeout_ends_the_remote_process_group_even_when_it_ignores_TERM()
    {
        var (command, started) = Sleeper("timeout", "trap '' TERM;");
        var running = _sshd.Session.RunAsync(command with { Timeout = TimeSpan.FromSeconds(2) });
        var processes = await started();
        var error = await Assert.ThrowsAsync<HostException>(() => running);
        Assert.Equal(HostFailure.TimedOut, error.Failure);
        Assert.Contains("2 s", error.Message);
        await AreGoneAsync(processes);
    }

    [Fact]
    public async Task A_connection_killed_under_a_command_is_lost_its_group_ends_and_the_next_call_heals_it()
    {
        var (command, started) = Sleeper("lost");
        var running = _sshd.Session.RunAsync(command);
        var processes = await started();
        KillConnections();
        var error = await Assert.ThrowsAsync<HostException>(() => running);
        Assert.Equal(HostFailure.ConnectionLost, error.Failure);
        Assert.Contains("testhost", error.Message);
        await AreGoneAsync(processes);
        Assert.Equal("healed\n", (await _sshd.Session.RunAsync(Command.Of("echo", "healed"))).Output);
    }

    [Fact]
    public async Task A_silent_server_is_noticed_within_six_seconds()
    {
        var (command, started) = Sleeper("silent");
        var running = _sshd.Session.RunAsync(command with { Timeout = TimeSpan.FromMinutes(5) });
        await started();
        var connections = _sshd.ConnectionProcesses();
        foreach (var connection in connections)
            Signals.Send(connection, Signals.Stop);
        var since = Stopwatch.StartNew();
        try
        {
            var error = await Assert.ThrowsAsync<HostException>(() => running);
            Assert.Equal(HostFailure.ConnectionLost, error.Failure);
            // Two signs of life two seconds apart, each a second late at most.
            Assert.InRange(since.Elapsed.TotalSeconds, 0, 6.5);
            Assert.Equal("healed\n", (await _sshd.Session.RunAsync(Command.Of("echo", "healed"))).Output);
        }
        finally
        {
            foreach (var connection in connections)
                Signals.Send(connection, Signals.Continue);
        }
    }

    [Fact]
    public async Task Closing_the_sessions_ends_what_still_runs_there()
    {
        var sessions = SshdFixture.NewSessions();
        var (command, started) = Sleeper("close");
        var running = sessions.For(_sshd.Endpoint).RunAsync(command);
        var processes = await started();
        await sessions.DisposeAsync();
        await Assert.ThrowsAsync<HostException>(() => running);
        await AreGoneAsync(processes);
    }

    [Fact]
    public async Task The_control_folder_of_a_killed_process_is_removed_by_the_next_one()
    {
        // No process has this id: it is above the kernel's limit.
        var left = Directory.CreateDirectory(Path.Join(Path.GetTempPath(), "codeb-ssh-99999999-left")).FullName;
        await using var sessions = SshdFixture.NewSessions();
        Assert.False(Directory.Exists(left));
    }

    [Fact]
    public async Task Another_host_key_is_a_mismatch_and_never_a_question()
    {
        await using var other = await SshdFixture.StartAsync();
        var error = await FailsAsync(_sshd.Endpoint with { HostKey = other.Endpoint.HostKey });
        Assert.Equal(HostFailure.HostKeyMismatch, error.Failure);
        Assert.Contains("pinned", error.Message);
    }

    [Fact]
    public async Task A_key_that_is_not_accepted_is_refused()
    {
        await using var other = await SshdFixture.StartAsync();
        var error = await FailsAsync(_sshd.Endpoint with { IdentityFile = other.Endpoint.IdentityFile });
        Assert.Equal(HostFailure.Refused, error.Failure);
        Assert.Contains("authorized_keys", error.Message);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_refused_and_the_server_is_back_when_sshd_is()
    {
        await _sshd.Session.RunAsync(Command.Of("true"));
        KillConnections();
        await _sshd.StopSshdAsync();
        var error = await Assert.ThrowsAsync<HostException>(() => _sshd.Session.RunAsync(Command.Of("true")));
        Assert.Equal(HostFailure.Refused, error.Failure);
        await _sshd.StartSshdAsync();
        await _sshd.Session.RunAsync(Command.Of("true"));
    }

    [Fact]
    public async Task An_address_that_does_not_answer_is_unreachable()
    {
        await using var sessions = SshdFixture.NewSessions(options => options.ConnectTimeout = TimeSpan.FromSeconds(1));
        var error = await Assert.ThrowsAsync<HostException>(() => sessions.For(_sshd.Endpoint with { Address = "no-such-host.invalid" }).RunAsync(Command.Of("true")));
        Assert.Equal(HostFailure.Unreachable, error.Failure);
    }

    [Fact]
    public async Task A_server_that_allows_fewer_sessions_still_runs_everything()
    {
        await using var narrow = await SshdFixture.StartAsync("narrow", "MaxSessions 3");
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => narrow.Session.RunAsync(Command.Of("echo", "x"))));
        Assert.All(results, result => Assert.Equal("x\n", result.Output));
    }

    [Fact]
    public async Task The_scanned_host_key_is_the_one_that_the_server_has()
    {
        Assert.Equal(_sshd.Endpoint.HostKey, await _sshd.Sessions.ScanHostKeyAsync("127.0.0.1", _sshd.Port));
        await _sshd.StopSshdAsync();
        var error = await Assert.ThrowsAsync<HostException>(() => _sshd.Sessions.ScanHostKeyAsync("127.0.0.1", _sshd.Port));
        Assert.Contains("no host key", error.Message);
    }

    [Fact]
    public async Task A_command_is_a_span_that_names_the_server_and_holds_no_secret()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == CodeB.Hosts.OpenSsh.HostActivity.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (spans)
                    spans.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var endpoint = _sshd.Endpoint with { Name = "traced" };
        var environment = Command.Of("x").Environment.Add("PGPASSWORD", "c0rrect-h0rse");
        await _sshd.Sessions.For(endpoint).RunAsync(Command.Of("true", "c0rrect-h0rse") with { Environment = environment });
        Activity span;
        lock (spans)
            span = Assert.Single(spans, activity => activity.GetTagItem("codeb.server") is "traced");
        Assert.Equal("host.command", span.OperationName);
        Assert.Equal("true ***", span.GetTagItem("codeb.command"));
    }

    private async Task<HostException> FailsAsync(ServerEndpoint endpoint)
    {
        await using var sessions = SshdFixture.NewSessions();
        return await Assert.ThrowsAsync<HostException>(() => sessions.For(endpoint).RunAsync(Command.Of("true")));
    }

    // A shell with a child, so that ending only one of them would show.
    private (Command Command, Func<Task<int[]>> Started) Sleeper(string name, string before = "")
    {
        var file = Path.Join(_sshd.Folder, name);
        var command = Command.Of("sh", "-c", $"{before} sleep 300 & echo $$ $! > \"$1\"; wait; wait; sleep 300", "sleeper", file);
        return (command, async () =>
        {
            await Eventually.HoldsAsync("the command has told its processes", () => File.Exists(file) && File.ReadAllText(file).EndsWith('\n'));
            return [.. File.ReadAllText(file).Trim().Split(' ').Select(int.Parse)];
        }
        );
    }

    private static Task AreGoneAsync(int[] processes) =>
        Eventually.HoldsAsync("the remote processes have ended", () => !processes.Any(Signals.IsAlive));

    private void KillConnections()
    {
        foreach (var connection in _sshd.ConnectionProcesses())
            Signals.Send(connection, Signals.Kill);
    }
}
