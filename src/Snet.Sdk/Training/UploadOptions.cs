namespace Snet.Sdk.Training;

/// <summary>Settings of one upload.</summary>
public sealed class UploadOptions
{
    /// <summary>The most that validation may cost, when no price is handed over; required then.</summary>
    public TokenAmount? MaxPrice { get; init; }

    /// <summary>Is told how far the upload is. Default: nobody.</summary>
    public IProgress<UploadProgress>? Progress { get; init; }
}
