using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Aspire.Contract.Tests;

public sealed class EnvironmentTests
{
    [Fact]
    public async Task A_text_a_callback_and_an_expression_become_variables()
    {
        await using var host = new Host();
        var name = host.Builder.AddParameter("who", "world");
        host.AddShell("env", "echo A=$A; echo B=$B; echo C=$C; echo D=$D")
            .WithEnvironment("A", "text")
            .WithEnvironment("B", () => "called")
            .WithEnvironment(context => context.EnvironmentVariables["C"] = name.Resource)
            .WithEnvironment("D", $"hello {name}!");
        await host.StartAsync();

        Assert.Equal("text", await host.LineAsync("env", "A="));
        Assert.Equal("called", await host.LineAsync("env", "B="));
        Assert.Equal("world", await host.LineAsync("env", "C="));
        Assert.Equal("hello world!", await host.LineAsync("env", "D="));
    }

    [Fact]
    public async Task A_parameter_takes_its_value_from_the_configuration()
    {
        await using var host = new Host();
        host.Builder.Configuration["Parameters:colour"] = "blue";
        var colour = host.Builder.AddParameter("colour");
        host.AddShell("env", "echo C=$C").WithEnvironment("C", colour);
        await host.StartAsync();

        Assert.Equal("blue", await host.LineAsync("env", "C="));
    }

    [Fact]
    public async Task A_generated_parameter_is_long_enough_and_the_same_everywhere()
    {
        await using var host = new Host();
        var secret = host.Builder.AddParameter("secret", new GenerateParameterDefault { MinLength = 40, Special = false }, secret: true);
        host.AddShell("first", "echo S=$S").WithEnvironment("S", secret);
        host.AddShell("second", "echo S=$S").WithEnvironment("S", secret);
        await host.StartAsync();

        var value = await host.LineAsync("first", "S=");

        Assert.True(value.Length >= 40, value);
        Assert.All(value, c => Assert.True(char.IsAsciiLetterOrDigit(c)));
        Assert.Equal(value, await host.LineAsync("second", "S="));
    }

    [Fact]
    public async Task A_value_getter_is_asked_once()
    {
        var asked = 0;
        await using var host = new Host();
        var number = host.Builder.AddParameter("number", () => $"{Interlocked.Increment(ref asked)}");
        host.AddShell("first", "echo N=$N").WithEnvironment("N", number);
        host.AddShell("second", "echo N=$N").WithEnvironment("N", number);
        await host.StartAsync();

        Assert.Equal("1", await host.LineAsync("first", "N="));
        Assert.Equal("1", await host.LineAsync("second", "N="));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_reference_gives_the_connection_string_under_its_name()
    {
        await using var host = new Host();
        var password = host.Builder.AddParameter("password", "p{a}ss", secret: true);
        var database = host.Builder.AddConnectionString("db", ReferenceExpression.Create($"Host=here;Password={password}"));
        host.AddShell("env", "echo \"$ConnectionStrings__db\"; echo \"$ConnectionStrings__other\"")
            .WithReference(database)
            .WithReference(database, connectionName: "other");
        await host.StartAsync();

        Assert.Equal("p{a}ss", await host.LineAsync("env", "Host=here;Password="));
        Assert.Equal("Host=here;Password=p{a}ss", await host.App.GetConnectionStringAsync("db", host.Limit));
    }

    [Fact]
    public void An_expression_tells_its_manifest_form()
    {
        var expression = ReferenceExpression.Create($"a{{b}}{new ParameterResource("p", _ => "x")}");

        Assert.Equal("a{b}{p.value}", expression.ValueExpression);
    }
}
