using Snet.Benchmarks;
using Snet.Benchmarks.Soak;

// Each measurement is a process of its own:  dotnet run -c Release --project benchmarks/Snet.Benchmarks -- NAME
return args switch
{
    ["sandbox"] => await SandboxProcess.ServeAsync(),
    ["upload-memory", .. var rest] => await UploadMemory.RunAsync(rest is [var size] ? int.Parse(size, System.Globalization.CultureInfo.InvariantCulture) : 300),
    ["upload-sink"] => await UploadSink.ServeAsync(),
    ["upload-speed", .. var rest] => await UploadSpeed.RunAsync(Number(rest, 0, 1024), Number(rest, 1, 7)),
    ["check-speed", .. var rest] => await CheckSpeed.RunAsync(Number(rest, 0, 1024), Number(rest, 1, 5)),
    ["sandbox-start"] => await SandboxStart.RunAsync(),
    ["receipts", .. var rest] => await ReceiptCost.RunAsync(rest is [var count] ? int.Parse(count, System.Globalization.CultureInfo.InvariantCulture) : 20_000),
    ["latency"] => await Latency.RunAsync(),
    ["soak", .. var rest] => await SoakRun.RunAsync(Number(rest, 0, 100_000), Number(rest, 1, Random.Shared.Next(1_000_000))),
    ["sandbox-calls"] => await SandboxCalls.RunAsync(),
    ["signing"] => Signing(),
    ["answers"] => await AnswerServer.ServeAsync(),
    ["paid-overhead"] => await PaidOverhead.RunAsync(),
    ["prepaid-parallel"] => await PaidOverhead.RunPrepaidAsync(),
    _ => Usage(),
};

static int Number(string[] words, int index, int otherwise) =>
    words.Length > index ? int.Parse(words[index], System.Globalization.CultureInfo.InvariantCulture) : otherwise;

static int Signing()
{
    SigningCost.Measure("Portable.BouncyCastle 1.8.10, as the SDK uses it");
    SigningCost.MeasureSystem();
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("Give one of: upload-memory [MB], upload-speed [MB [ROUNDS]], check-speed [MB [ROUNDS]], soak [CALLS [SEED]], sandbox-start, sandbox-calls, signing, paid-overhead, prepaid-parallel, receipts [COUNT], latency");
    return 2;
}
