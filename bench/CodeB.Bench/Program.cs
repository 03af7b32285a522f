using CodeB.Bench.Grpc;

return args switch
{
    ["grpc"] => await GrpcBench.RunAsync(),
    [GrpcBench.ClientCommand, var address] => await GrpcBenchClient.RunAsync(address),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Name a bench: grpc");
    return 2;
}
