using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Servers;

/// <summary><c>we server</c>: the machines that CodeB reaches over SSH.</summary>
internal static class ServerCommands
{
    public static WeCommand Create(CommandRunner runner)
    {
        var group = new WeCommand("server", "the machines that CodeB reaches over SSH");
        group.Subcommands.Add(Add(runner));
        group.Subcommands.Add(List(runner));
        group.Subcommands.Add(Show(runner));
        group.Subcommands.Add(Check(runner));
        group.Subcommands.Add(Remove(runner));
        return group;
    }

    private static WeCommand Add(CommandRunner runner)
    {
        var name = Name();
        var address = new Option<string>("--address", "-a") { Description = "IP address or host name of the server", HelpName = "ADDRESS", Required = true };
        var role = new Option<string>("--role", "-r") { Description = "what it is for", HelpName = string.Join('|', ServerText.Roles.Keys), Required = true };
        role.AcceptOnlyFromAmong([.. ServerText.Roles.Keys]);
        var port = new Option<int>("--port", "-p") { Description = "SSH port (default: 22)", HelpName = "N" };
        var user = new Option<string?>("--user", "-u") { Description = "user to log in as (default: root)", HelpName = "USER" };
        var hostKey = new Option<string?>("--host-key")
        {
            Description = "public host key to pin (default: the one that the server shows now; compare the answer)",
            HelpName = "KEY",
        };
        var command = new WeCommand(
            "add",
            "log in to a server, register it and pin its host key",
            "we server add app --address 198.18.0.2 --role application",
            "we server add backup --address backup.example.com --role backup --port 2222 --user codeb --host-key \"ssh-ed25519 AAAA…\"")
        {
            name, address, role, port, user, hostKey,
        };
        return runner.Handle(command, async we =>
        {
            var request = new AddServerRequest
            {
                Name = we.Get(name),
                Address = we.Get(address),
                Role = ServerText.Roles[we.Get(role)],
                Port = we.Get(port),
                User = we.Get(user) ?? "",
                HostKey = we.Get(hostKey) ?? "",
            };
            var server = await Client(we).AddServerAsync(request, we.Call);
            return we.Show(server, () =>
            {
                we.Line($"{server.Name} is registered");
                ServerText.Write(we.Terminal, server);
                if (request.HostKey.Length == 0)
                    we.Line("the host key is the one that the server showed; compare it with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` there");
            });
        });
    }

    private static WeCommand List(CommandRunner runner) => runner.Handle(new WeCommand("list", "all servers with their last check"), async we =>
    {
        var answer = await Client(we).ListServersAsync(new ListServersRequest(), we.Call);
        return we.Show(answer, () =>
        {
            if (answer.Servers.Count == 0)
                we.Line("no servers yet; `we server add --help` shows how to register one");
            else
                ServerText.WriteTable(we.Terminal, answer.Servers);
        });
    });

    private static WeCommand Show(CommandRunner runner)
    {
        var name = Name();
        return runner.Handle(new WeCommand("show", "one server, its host key and its last check") { name }, async we =>
        {
            var server = await Client(we).GetServerAsync(new GetServerRequest { Name = we.Get(name) }, we.Call);
            return we.Show(server, () => ServerText.Write(we.Terminal, server));
        });
    }

    private static WeCommand Check(CommandRunner runner)
    {
        var name = Name();
        return runner.Handle(new WeCommand("check", "log in now and say what is found; exit code 1 if it does not answer") { name }, async we =>
        {
            var check = await Client(we).CheckServerAsync(new GetServerRequest { Name = we.Get(name) }, we.Call);
            we.Show(check, () => ServerText.Write(we.Terminal, check));
            return check.Reachable ? ExitCode.Success : ExitCode.Failed;
        });
    }

    private static WeCommand Remove(CommandRunner runner)
    {
        var name = Name();
        return runner.Handle(new WeCommand("remove", "forget a server that no project uses") { name }, async we =>
        {
            var answer = await Client(we).RemoveServerAsync(new GetServerRequest { Name = we.Get(name) }, we.Call);
            return we.Show(answer, () => we.Line($"{we.Get(name)} is no longer registered; nothing on it was changed"));
        });
    }

    private static Argument<string> Name() => new("NAME") { Description = "name of the server, such as app" };

    private static ServerService.ServerServiceClient Client(Invocation we) => new(we.Channel);
}
