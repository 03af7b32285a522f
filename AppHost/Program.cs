using CodeB.AppHost.ControlDatabase;
using CodeB.AppHost.ControlPlane;
using CodeB.AppHost.Servers;
using CodeB.AppHost.Topology;

var builder = DistributedApplication.CreateBuilder(args);

var topology = builder.AddTopology("topology");

var control = builder.AddControlDatabase("control", topology);

var app = builder.AddServer("app", topology);
var streaming = builder.AddServer("streaming", topology);
var storage = builder.AddServer("storage", topology);
var backup = builder.AddServer("backup", topology);

builder.AddProject<Projects.CodeB_Server>("codeb")
    .WithGrpcAndHttp()
    .WithFleet(topology, app, streaming, storage, backup)
    .WithFilesOf(topology)
    .WithReference(control)
    .WaitFor(control);

builder.Build().Run();
