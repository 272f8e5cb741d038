using System.Globalization;
using Snet.Ethereum;
using Wire = global::Training;

namespace Snet.Sdk.Training;

/// <summary>Turns the daemon's messages into the SDK's records.</summary>
internal static class ModelMapper
{
    public static SnetModel Read(Wire.ModelResponse model) => new(
        model.ModelId, model.Name, model.Description, (ModelStatus)(int)model.Status, model.GrpcMethodName, model.GrpcServiceName,
        [.. model.AddressList.Select(Address).OfType<EthereumAddress>().Distinct()], // spellings of one address double entries (protocol f.4)
        model.IsPublic, model.TrainingDataLink, Address(model.CreatedByAddress), Address(model.UpdatedByAddress), Date(model.CreatedDate), Date(model.UpdatedDate));

    public static TrainingMetadata Read(Wire.TrainingMetadata metadata) => new(
        metadata.TrainingEnabled, metadata.TrainingInProto,
        metadata.TrainingMethods.ToDictionary(
            service => service.Key,
            service => (IReadOnlyList<string>)[.. service.Value.Values.Select(method => method.StringValue)]));

    public static MethodMetadata Read(Wire.MethodMetadata method) => new(
        method.DefaultModelId, Limit(method.MaxModelsPerUser), Limit(method.DatasetMaxSizeMb), Limit(method.DatasetMaxCountFiles),
        Limit(method.DatasetMaxSizeSingleFileMb), method.DatasetFilesType, method.DatasetType, method.DatasetDescription);

    private static EthereumAddress? Address(string text) =>
        EthereumAddress.TryParse(text.ToLowerInvariant(), out var address) ? address : null;

    private static DateOnly? Date(string text) =>
        DateOnly.TryParseExact(text, "dd-MM-yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    // A limit that no dataset can reach is none.
    private static long Limit(ulong value) => value > long.MaxValue ? 0 : (long)value;
}
