using CodeB.AppHost.ControlDatabase;
using CodeB.AppHost.ControlPlane;
using CodeB.AppHost.Dashboard;
using CodeB.AppHost.Images;
using CodeB.AppHost.Servers;
using CodeB.AppHost.Topology;

var builder = DistributedApplication.CreateBuilder(args);

var topology = builder.AddTopology("topology");
var dashboard = builder.AddDashboard("dashboard");

var control = builder.AddControlDatabase("control", topology);

var app = builder.AddServer("app", topology);
var streaming = builder.AddServer("streaming", topology);
var storage = builder.AddServer("storage", topology);
var backup = builder.AddServer("backup", topology);

builder.AddSampleImages("images", topology, app, streaming);

builder.AddProject<Projects.CodeB_Server>("codeb", options => options.ExcludeKestrelEndpoints = true)
    .WithGrpcAndHttp()
    .WithFleet(topology, app, streaming, storage, backup)
    .WithFilesOf(topology)
    .WithReference(control)
    .WithTelemetryTo(dashboard)
    .WaitFor(control)
    .AnnouncedTo(topology, dashboard);

builder.Build().Run();
