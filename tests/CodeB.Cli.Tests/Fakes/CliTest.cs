using System.Text.Json;
using CodeB.Cli.Core;
using Spectre.Console;

namespace CodeB.Cli.Tests.Fakes;

/// <summary>Runs <c>we</c> against a fake CodeB as a shell would, and keeps what it wrote.</summary>
public abstract class CliTest : IAsyncLifetime
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public FakeCodeB Fake { get; } = new();

    protected string Output => _output.ToString();

    protected string Error => _error.ToString();

    /// <summary>What stands on standard input.</summary>
    protected string Input { get; set; } = "";

    /// <summary>The same for commands that read bytes.</summary>
    protected byte[] InputBytes { get; set; } = [];

    /// <summary>Reads of standard input wait for this one, as at a console where nobody types.</summary>
    protected TaskCompletionSource? Typing { get; set; }

    /// <summary>Input and output are a terminal, so that a person can be asked.</summary>
    protected bool CanAsk { get; set; }

    /// <summary>Progress is drawn, on this writer's console.</summary>
    protected bool Live { get; set; }

    protected TimeProvider Time { get; set; } = TimeProvider.System;

    protected Dictionary<string, string> Variables { get; } = [];

    protected CancellationTokenSource Interrupt { get; } = new();

    public ValueTask InitializeAsync() => Fake.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await Fake.DisposeAsync();
        Interrupt.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs one command line; blanks part its arguments.</summary>
    protected Task<int> We(string line) => We(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    protected async Task<int> We(params string[] arguments)
    {
        Variables.TryAdd("CODEB_ADDRESS", Fake.Address);
        // The live display is drawn from a timer too; the writer is used by one at a time.
        var output = TextWriter.Synchronized(_output);
        var terminal = new Terminal
        {
            Output = output,
            Error = _error,
            Input = Typing is { } typing ? new SilentReader(typing.Task) : new StringReader(Input),
            InputBytes = () => new MemoryStream(InputBytes),
            CanAsk = CanAsk,
            Live = Live ? LiveConsole(output) : null,
            Variable = name => Variables.GetValueOrDefault(name),
            UserName = "tester",
            Time = Time,
        };
        return await WeProgram.RunAsync(arguments, terminal, Interrupt.Token).WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>The output's lines as JSON documents.</summary>
    protected List<JsonElement> JsonLines() =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    protected JsonElement JsonError() => JsonDocument.Parse(Error).RootElement.GetProperty("error");

    private IAnsiConsole LiveConsole(TextWriter output)
    {
        var console = Terminal.CreateLive(output, name => Variables.GetValueOrDefault(name));
        console.Profile.Width = 160;
        console.Profile.Height = 50;
        return console;
    }

    /// <summary>Blocks its reader, as the reader of a console does in its asynchronous methods too.</summary>
    private sealed class SilentReader(Task typed) : TextReader
    {
        public override string? ReadLine()
        {
            typed.Wait();
            return null;
        }

        public override string ReadToEnd()
        {
            typed.Wait();
            return "";
        }

        public override Task<string> ReadToEndAsync(CancellationToken cancellationToken) => Task.FromResult(ReadToEnd());
    }
}
