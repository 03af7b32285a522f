using CodeB.Bench.Grains;
using CodeB.Bench.Grpc;
using CodeB.Bench.Hosts;
using CodeB.Bench.Registry;

return args switch
{
    [] => await AllAsync(),
    ["grains"] => await GrainsBench.RunAsync(),
    ["grpc"] => await GrpcBench.RunAsync(),
    [GrpcBench.ClientCommand, var address] => await GrpcBenchClient.RunAsync(address),
    ["hosts"] => await HostsBench.RunAsync(),
    ["registry"] => await RegistryBench.RunAsync(),
    _ => Usage(),
};

static async Task<int> AllAsync() => await GrainsBench.RunAsync() | await GrpcBench.RunAsync() | await HostsBench.RunAsync() | await RegistryBench.RunAsync();

static int Usage()
{
    Console.Error.WriteLine("usage: bench [grains | grpc | hosts | registry]");
    return 2;
}
