using CodeB.Bench.Grains;
using CodeB.Bench.Grpc;
using CodeB.Bench.Hosts;
using CodeB.Bench.Registry;
using CodeB.Bench.Switch;

return args switch
{
    [] => await AllAsync(),
    ["grains"] => await GrainsBench.RunAsync(),
    ["grpc"] => await GrpcBench.RunAsync(),
    [GrpcBench.ClientCommand, var address] => await GrpcBenchClient.RunAsync(address),
    ["hosts"] => await HostsBench.RunAsync(),
    ["registry"] => await RegistryBench.RunAsync(),
    ["switch"] => await SwitchBench.RunAsync(),
    ["switch", var promotes] when int.TryParse(promotes, out var count) && count > 0 => await SwitchBench.RunAsync(count),
    [Upstream.Command, var word, var port] => await Upstream.RunAsync(word, int.Parse(port, null)),
    _ => Usage(),
};

static async Task<int> AllAsync() =>
    await GrainsBench.RunAsync() | await GrpcBench.RunAsync() | await HostsBench.RunAsync() | await RegistryBench.RunAsync() | await SwitchBench.RunAsync();

static int Usage()
{
    Console.Error.WriteLine("usage: bench [grains | grpc | hosts | registry | switch [PROMOTES]]");
    return 2;
}
