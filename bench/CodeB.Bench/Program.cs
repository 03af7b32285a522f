using CodeB.Bench.Grains;
using CodeB.Bench.Grpc;
using CodeB.Bench.Hosts;

return args switch
{
    ["grains"] => await GrainsBench.RunAsync(),
    ["grpc"] => await GrpcBench.RunAsync(),
    [GrpcBench.ClientCommand, var address] => await GrpcBenchClient.RunAsync(address),
    ["hosts"] => await HostsBench.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Name a bench: grains, grpc, hosts");
    return 2;
}
