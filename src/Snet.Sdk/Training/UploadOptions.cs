using System.Diagnostics.CodeAnalysis;

namespace Snet.Sdk.Training;

/// <summary>Settings of one upload.</summary>
public sealed class UploadOptions
{
    /// <summary>The most that validation may cost, when no price is handed over; required then.</summary>
    public TokenAmount? MaxPrice { get; init; }

    /// <summary>
    /// Is told how far the upload is: with the first part, then ten times a second at most, and at the end. It is called by the upload itself, so a handler
    /// that takes its time holds it up; <see cref="Progress{T}"/> does not. Default: nobody.
    /// </summary>
    public IProgress<UploadProgress>? Progress { get; init; }

    /// <summary>
    /// Puts the dataset where the provider can fetch it, when the service's daemon cannot take uploads (6.1 and 6.2); it is not used where uploads work.
    /// Default: none, and <see cref="UploadNotSupportedException"/> there.
    /// </summary>
    [Experimental("SNET001")]
    public IDatasetPublisher? Publisher { get; init; }

    /// <summary>How much of the dataset goes into one message, in bytes; for tests.</summary>
    internal int PartSize { get; init; } = Uploads.DatasetUpload.PartSize;

    /// <summary>Whether the authorization is renewed as blocks go by; switched off by a test, which shows that it must be.</summary>
    internal bool RenewsAuthorization { get; init; } = true;
}
