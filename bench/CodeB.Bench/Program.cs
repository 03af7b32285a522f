using CodeB.Bench.Grains;
using CodeB.Bench.Grpc;

return args switch
{
    ["grains"] => await GrainsBench.RunAsync(),
    ["grpc"] => await GrpcBench.RunAsync(),
    [GrpcBench.ClientCommand, var address] => await GrpcBenchClient.RunAsync(address),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Name a bench: grains, grpc");
    return 2;
}
