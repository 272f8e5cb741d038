using System.Globalization;
using Snet.Sdk.Training.Datasets;

namespace Snet.Sdk.Training;

/// <summary>What a service method asks of its models and datasets, as the provider wrote it down.</summary>
/// <remarks>
/// The daemon passes these values on and enforces none of them (protocol f.1); providers may. A number of 0 and an empty text
/// mean "not limited". One MB is 1024 * 1024 bytes here, as in the platform's other clients.
/// </remarks>
/// <param name="DefaultModelId">The model that serves calls that name none; empty when there is none.</param>
/// <param name="MaxModelsPerUser">How many models one user may have; 0 is no limit.</param>
/// <param name="DatasetMaxSizeMb">The largest dataset, as the archive that is sent, in MB; 0 is no limit.</param>
/// <param name="DatasetMaxCountFiles">How many files a dataset may hold; folders do not count; 0 is no limit.</param>
/// <param name="DatasetMaxSizeSingleFileMb">The largest file in the dataset, unpacked, in MB; 0 is no limit.</param>
/// <param name="DatasetFilesType">The kinds of file a dataset may hold, in the provider's words, such as <c>png, mp3</c>.</param>
/// <param name="DatasetType">The kinds of archive a dataset may be, in the provider's words, such as <c>zip, tar.gz</c>.</param>
/// <param name="DatasetDescription">Whatever else the provider asks for, in free words. It cannot be checked by a program.</param>
public sealed record MethodMetadata(
    string DefaultModelId = "",
    long MaxModelsPerUser = 0,
    long DatasetMaxSizeMb = 0,
    long DatasetMaxCountFiles = 0,
    long DatasetMaxSizeSingleFileMb = 0,
    string DatasetFilesType = "",
    string DatasetType = "",
    string DatasetDescription = "")
{
    /// <summary>
    /// <see cref="DatasetFilesType"/> as a list: lower case, without dots and blanks, each once. Empty when every type is allowed.
    /// </summary>
    public IReadOnlyList<string> AllowedFileTypes => TypeList.Parse(DatasetFilesType);

    /// <summary>
    /// <see cref="DatasetType"/> as a list: lower case, without dots and blanks, each once. Empty when every kind is allowed.
    /// </summary>
    public IReadOnlyList<string> AllowedArchiveTypes => TypeList.Parse(DatasetType);

    /// <summary>Gives one line for each value, under the platform's own names.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        default_model_id: '{DefaultModelId}'
        max_models_per_user: {MaxModelsPerUser}
        dataset_max_size_mb: {DatasetMaxSizeMb}
        dataset_max_count_files: {DatasetMaxCountFiles}
        dataset_max_size_single_file_mb: {DatasetMaxSizeSingleFileMb}
        dataset_files_type: '{DatasetFilesType}'
        dataset_type: '{DatasetType}'
        dataset_description: '{DatasetDescription}'
        """);
}
