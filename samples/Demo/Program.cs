using Demo.Cli;
using Demo.Data;
using Demo.Fleet;
using Demo.Output;
using Demo.Steps;

var screen = new Screen();
using var stop = new StopSignal();
await using var servers = new Servers();
var guestbook = new Guestbook(servers);
var we = new We(servers, screen);

var topology = new TopologySteps(servers, screen);
var data = new DataSteps(servers, guestbook, screen);
var project = new ProjectSteps(we, guestbook);
var delivery = new DeliverySteps(we, guestbook, screen);
var protection = new ProtectionSteps(we, servers, guestbook, screen);
screen.Hide(guestbook.Password);

var story = new Story(
[
    new("topology up", topology.UpAsync),
    new("sample data on storage", data.PrepareAsync),
    new("project created", project.CreateAsync),
    new("ENV imported", project.ImportEnvAsync),
    new("v1 deployed", delivery.DeployV1Async),
    new("v1 promoted", delivery.PromoteV1Async),
    new("guestbook signed", delivery.SignAsync),
    new("v2 deployed", delivery.DeployV2Async),
    new("v2 promoted under load", delivery.PromoteUnderLoadAsync),
    new("content noted", protection.NoteAsync),
    new("backup set written", protection.BackupAsync),
    new("backup set verified", protection.VerifyAsync),
    new("the accident", protection.AccidentAsync),
    new("restored", protection.RestoreAsync),
    new("content as before", protection.CompareAsync),
    new("rolled back to v1", delivery.RollbackAsync),
    new("status", project.StatusAsync),
],
    last: new("topology down", topology.DownAsync));

var results = await story.RunAsync(screen, stop.Token);
Report.Print(results, delivery.Load, screen);
Report.Write(results, delivery.Load);
return stop.ExitCode ?? (results.All(step => step.Passed) ? 0 : 1);
