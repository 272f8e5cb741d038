using Snet.Benchmarks;

// Each measurement is a process of its own:  dotnet run -c Release --project benchmarks/Snet.Benchmarks -- NAME
return args switch
{
    ["sandbox"] => await SandboxProcess.ServeAsync(),
    ["upload-memory", .. var rest] => await UploadMemory.RunAsync(rest is [var size] ? int.Parse(size, System.Globalization.CultureInfo.InvariantCulture) : 300),
    ["sandbox-start"] => await SandboxStart.RunAsync(),
    ["sandbox-calls"] => await SandboxCalls.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Give one of: upload-memory [MB], sandbox-start, sandbox-calls");
    return 2;
}
