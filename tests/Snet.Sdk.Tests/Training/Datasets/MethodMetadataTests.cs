using Snet.Sdk.Training;
using Snet.Sdk.Training.Datasets;

namespace Snet.Sdk.Tests.Training.Datasets;

public class MethodMetadataTests
{
    [TestCase("png, mp4, txt, mp3", "png mp4 txt mp3")]
    [TestCase("png,mp4", "png mp4")]
    [TestCase(".PNG; .nii.gz", "png nii.gz")]
    [TestCase("*.png *.jpg", "png jpg")]
    [TestCase("png | jpg\njpeg.", "png jpg jpeg")]
    [TestCase("png, PNG, .png", "png")]
    [TestCase("", "")]
    [TestCase(" , ", "")]
    [TestCase("*", "")]
    [TestCase("*.*", "")]
    [TestCase("any", "")]
    public void AllowedFileTypes_AnySpelling_IsOneList(string text, string types)
    {
        var metadata = new MethodMetadata(DatasetFilesType: text, DatasetType: text);

        string.Join(' ', metadata.AllowedFileTypes).ShouldBe(types);
        string.Join(' ', metadata.AllowedArchiveTypes).ShouldBe(types);
    }

    [Test]
    public void ToString_AllValues_GivesALineForEach()
    {
        var metadata = new MethodMetadata("default", 5, 50, 10, 1234, "jpg, png", "zip, tar", "Say it clearly.");

        metadata.ToString().ReplaceLineEndings("\n").ShouldBe(
            "default_model_id: 'default'\nmax_models_per_user: 5\ndataset_max_size_mb: 50\ndataset_max_count_files: 10\n"
            + "dataset_max_size_single_file_mb: 1234\ndataset_files_type: 'jpg, png'\ndataset_type: 'zip, tar'\n"
            + "dataset_description: 'Say it clearly.'");
    }

    [TestCase(0, "0.0")]
    [TestCase(1023, "0.0")]
    [TestCase(1024, "0.0009765625")]
    [TestCase(1024 * 1024, "1.0")]
    [TestCase(1024 * 1024 * 3 / 2, "1.5")]
    [TestCase(25467289, "24.287109375")]
    [TestCase(long.MaxValue, "8796093022207.999")]
    public void Format_Sizes_AreWrittenAsThePlatformsSdkDoes(long bytes, string text) => Megabytes.Format(bytes).ShouldBe(text);

    [TestCase(long.MaxValue, 0, false)]
    [TestCase(long.MaxValue, long.MaxValue, false)]
    [TestCase(long.MaxValue, 1, true)]
    public void IsAbove_Extremes_DoNotOverflow(long bytes, long limitMb, bool above) => Megabytes.IsAbove(bytes, limitMb).ShouldBe(above);
}
