using System.IO.Compression;
using System.Security.Cryptography;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Guides;

/// <summary>The three forms of message that the platform's Python guide names, all of one dataset at once, and what arrives when all is well.</summary>
public sealed class DatasetWordingTests : PlatformTest
{
    private const int Megabyte = 1024 * 1024;

    [Category("Upload")]
    [Test]
    public async Task UploadAndValidateAsync_EveryRuleBroken_AllLinesInTheGuidesForm()
    {
        var training = Service(Connect()).Training;
        var model = await training.CreateModelAsync("stt", "x");
        using var archive = new TemporaryArchive(zip =>
        {
            zip.Add("large.txt", 11 * Megabyte);
            zip.Add("tool.exe", 1);
            for (var i = 0; i < 10; i++)
                zip.Add($"{i}.mp3", (9 * Megabyte) + i);
        });

        var error = await Should.ThrowAsync<WrongDatasetException>(() => training.UploadAndValidateAsync(model.Id, archive.Path, TokenAmount.FromCogs(7)));

        error.Errors.Count.ShouldBe(3);
        error.Errors[0].ShouldMatch(@"^Too big dataset size: 101(\.\d+)? MB > 100 MB$");
        error.Errors.ShouldContain("Too big file `large.txt` size: 11.0 MB > 10 MB");
        error.Errors.ShouldContain("Wrong file type: `exe` in file: `tool.exe`. Allowed file types: png, mp4, txt, mp3");
        error.Errors.ShouldAllBe(line => error.Message.Contains(line, StringComparison.Ordinal));
        (await training.GetModelAsync(model.Id)).Status.ShouldBe(ModelStatus.Created);
    }

    [Test]
    public async Task CheckDatasetAsync_MethodOrModel_SameReportWithoutPaying()
    {
        var snet = Connect();
        var service = Service(snet);
        var model = await service.Training.CreateModelAsync("stt", "x");
        var dataset = TestDatasets.Zip(("a.png", "p"), ("b.exe", "q"));

        var ofMethod = await service.Training.CheckDatasetAsync("stt", dataset);
        var ofModel = await service.Training.CheckDatasetAsync(model.Id, dataset);

        ofMethod.IsValid.ShouldBeFalse();
        ofMethod.Errors.ShouldBe(ofModel.Errors);
        ofMethod.MethodDescription.ShouldBe("Additional requirements");
        (await service.Training.CheckDatasetAsync("stt", TestDatasets.Good())).IsValid.ShouldBeTrue();
        (await snet.Account.ListReceiptsAsync().CountAsync()).ShouldBe(0);
    }

    [Category("Upload")]
    [Test]
    [Category("Sandbox")]
    public async Task UploadAndValidateAsync_SeveralParts_ArriveInOrderAndWhole()
    {
        var training = Service(Connect()).Training;
        var model = await training.CreateModelAsync("stt", "x");
        using var archive = new TemporaryArchive(zip => zip.Add("a.mp3", 3 * Megabyte));
        var progress = new LastProgress();

        await training.UploadAndValidateAsync(model.Id, archive.Path, TokenAmount.FromCogs(7), new UploadOptions { Progress = progress });

        var bytes = await File.ReadAllBytesAsync(archive.Path);
        var upload = Sandbox.Provider.Describe(model.Id)!["uploads"]!.AsArray().ShouldHaveSingleItem()!;
        upload["sha256"]!.GetValue<string>().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        upload["numbers"]!.AsArray().Select(number => (int)number!.GetValue<ulong>()).ShouldBe([1, 2, 3, 4]);
        (upload["file_name"]!.ToString(), upload["file_size"]!.ToString(), upload["batch_count"]!.ToString())
            .ShouldBe((Path.GetFileName(archive.Path), $"{bytes.Length}", "4"));
        (progress.Last!.SentBytes, progress.Last.TotalBytes).ShouldBe((bytes.Length, bytes.Length));
    }

    private sealed class LastProgress : IProgress<UploadProgress>
    {
        public UploadProgress? Last { get; private set; }

        public void Report(UploadProgress value) => Last = value;
    }

    /// <summary>A zip file of stored entries, as large as they are.</summary>
    private sealed class TemporaryArchive : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-guides-");

        public TemporaryArchive(Action<TemporaryArchive> fill)
        {
            using (Zip = ZipFile.Open(Path, ZipArchiveMode.Create))
                fill(this);
        }

        public string Path => System.IO.Path.Combine(_folder.FullName, "dataset.zip");

        private ZipArchive Zip { get; }

        public void Add(string name, int bytes)
        {
            using var stream = Zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
            stream.Write(new byte[bytes]);
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
