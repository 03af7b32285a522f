using CodeB.Server.Api;
using CodeB.Server.Startup;
using CodeB.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.AddControlDatabase();
// Before the control plane: what that starts in the background calls grains.
builder.AddSilo();
builder.AddControlPlane();
builder.AddApi();

var app = builder.Build();

app.MapDefaultEndpoints();
app.MapApi();

await app.PrepareControlDatabaseAsync();
await app.RunAsync();
