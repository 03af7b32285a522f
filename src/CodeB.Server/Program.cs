using CodeB.Server.Api;
using CodeB.Server.Startup;
using CodeB.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.AddControlDatabase();
builder.AddControlPlane();
builder.AddSilo();
builder.AddApi();

var app = builder.Build();

app.MapDefaultEndpoints();
app.MapApi();

await app.PrepareControlDatabaseAsync();
await app.RunAsync();
