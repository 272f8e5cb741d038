namespace Snet.Sdk.Training;

/// <summary>How far an upload is.</summary>
/// <param name="SentBytes">Bytes of the dataset that were sent.</param>
/// <param name="TotalBytes">Bytes of the whole dataset.</param>
/// <param name="BytesPerSecond">The speed since the start.</param>
/// <param name="TimeLeft">What is left at that speed; null before there is one.</param>
public sealed record UploadProgress(long SentBytes, long TotalBytes, double BytesPerSecond, TimeSpan? TimeLeft);
