// Trains a model: found, priced, paid, uploaded, validated, trained and called. Without arguments on the sandbox, a whole platform in this process.
//   dotnet run --project examples/BasePipeline
//   dotnet run --project examples/BasePipeline -- --platform platform.json
//   dotnet run --project examples/BasePipeline -- --network sepolia --rpc https://... [--org ORG --service SERVICE]   (with SNET_PRIVATE_KEY)
using System.Text.Json.Nodes;
using BasePipeline;
using Snet.Sdk;
using Snet.Sdk.Services;
using Snet.Sdk.Training;

await using var target = await Target.FromArgumentsAsync(args);
await using var snet = new SnetClient(target.Options);
await using ServiceClient service = snet.GetServiceClient(target.OrgId, target.ServiceId);

Say("The service");
var metadata = await service.GetMetadataAsync();
Say($"  {metadata.DisplayName} ({target.OrgId}/{target.ServiceId}) on {snet.Network}");
foreach (var method in await service.GetMethodsAsync())
    Say($"  {method}");
var balance = await snet.Account.GetBalanceAsync();
Say($"  you are {snet.Account.Address}: {balance.Wallet} in the wallet, {balance.Escrow} in escrow");

Say("What it can train");
var training = await service.Training.GetTrainingMetadataAsync();
var trained = (await service.GetMethodsAsync()).First(m => training.TrainingMethods.TryGetValue(m.ServiceName, out var names) && names.Contains(m.Name));
Say($"  {trained.Name}:");
Say((await service.Training.GetMethodMetadataAsync(trained.Name)).ToString(), "    ");

Say("The dataset");
var dataset = DatasetSource.FromFolder(Path.Combine(AppContext.BaseDirectory, "dataset"));
var report = await service.Training.CheckDatasetAsync(trained.Name, dataset);
Say(report.ToString(), "  ");

Say("A new model");
SnetModel model = await service.Training.CreateModelAsync(trained.Name, "digits", new CreateModelOptions { Description = "Ten digits, drawn with strokes" });
Say($"  {model}");

Say("Uploading and validating");
TokenAmount validatePrice = await service.Training.ValidateModelPriceAsync(model.Id);
Say($"  the provider asks {validatePrice}");
await SayFundsAsync();
var progress = new Printed<UploadProgress>(p => Say($"  sent {p.SentBytes:N0} of {p.TotalBytes:N0} bytes"));
ModelStatus status = await service.Training.UploadAndValidateAsync(model.Id, dataset, validatePrice, new UploadOptions { Progress = progress });
Say($"  {status}");
await SayFundsAsync();
var wait = new WaitOptions { Timeout = TimeSpan.FromHours(1), Progress = new Printed<SnetModel>(m => Say($"  {m.Status}")) };
model = await service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated, wait);

Say("Training");
TokenAmount trainPrice = await service.Training.TrainModelPriceAsync(model.Id);
Say($"  the provider asks {trainPrice}");
status = await service.Training.TrainModelAsync(model.Id, trainPrice);
Say($"  {status}");
model = await service.Training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse, wait);
await SayFundsAsync();

Say("Calling the service");
var request = new JsonObject { ["speech"] = Convert.ToBase64String(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "dataset", "seven.png"))) };
JsonObject without = await service.CallAsync(trained.Name, request);
Say($"  without the model: {without["result"]}");
CallResult<JsonObject> with = await service.CallAsync(trained.Name, request, new ServiceCallOptions { ModelId = model.Id });
Say($"  with the model:    {with.Value["result"]} (for {with.Paid})");

Say("What it all cost");
var total = TokenAmount.Zero;
await foreach (var receipt in snet.Account.ListReceiptsAsync())
{
    total += receipt.Paid;
    Say($"  {receipt.Method,-40} {receipt.Paid,10}  {receipt.Mode}");
}

Say($"  {"in all",-40} {total,10}");
var after = await snet.Account.GetBalanceAsync();
Say($"  {after.Wallet} in the wallet, {after.Escrow} in escrow; what is set aside and not used comes back");

Say("Changing, listing, deleting");
model = await service.Training.UpdateModelAsync(model.Id, new ModelUpdate { Name = "digits 1" });
foreach (var mine in await service.Training.GetAllModelsAsync(new ModelFilter { CreatedBy = snet.Account.Address }))
    Say($"  {mine}");
Say($"  {await service.Training.DeleteModelAsync(model.Id)}");

async Task SayFundsAsync()
{
    foreach (var funds in (await snet.Account.GetFundsAsync()).Channels)
        Say($"  set aside for calls: {funds.Channel.Value}, until block {funds.Channel.Expiration}");
}

static void Say(string text, string indent = "") => Console.WriteLine(indent + text.ReplaceLineEndings(Environment.NewLine + indent));
