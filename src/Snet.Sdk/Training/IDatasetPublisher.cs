using System.Diagnostics.CodeAnalysis;

namespace Snet.Sdk.Training;

/// <summary>
/// Puts a dataset where the provider can fetch it, and gives the link: your object store, your web server, IPFS. It lets datasets reach services whose daemons
/// cannot take uploads.
/// </summary>
/// <remarks>
/// Set it as <see cref="UploadOptions.Publisher"/>. Links are best hard to guess and good for a limited time: whoever may read the model can read its link.
/// An instance is used for several datasets at once.
/// </remarks>
[Experimental("SNET001")]
public interface IDatasetPublisher
{
    /// <summary>Makes an archive fetchable.</summary>
    /// <param name="archive">The archive, at its start; it can seek, and stays open whatever is done to it.</param>
    /// <param name="fileName">The archive's name, as the dataset has it; it may hold anything but folders.</param>
    /// <param name="cancellationToken">Ends it; nothing is to be left then.</param>
    /// <returns>An absolute link that the provider can fetch from now on.</returns>
    Task<Uri> PublishAsync(Stream archive, string fileName, CancellationToken cancellationToken = default);

    /// <summary>Takes an archive back. The SDK does so when the step it was published for failed and was not charged; afterwards it is yours to do.</summary>
    /// <param name="link">The link that <see cref="PublishAsync"/> gave. What is gone already is no error.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task RemoveAsync(Uri link, CancellationToken cancellationToken = default);
}
