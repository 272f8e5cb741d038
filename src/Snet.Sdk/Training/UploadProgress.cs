namespace Snet.Sdk.Training;

/// <summary>How far an upload is. When an upload is begun anew, because its first attempt was refused, it starts again from nothing.</summary>
/// <param name="SentBytes">Bytes of the dataset that were sent. The provider has them a moment later, and may still refuse them.</param>
/// <param name="TotalBytes">Bytes of the whole dataset.</param>
/// <param name="BytesPerSecond">The speed of the last five seconds, and at the end that of the whole; 0 in the first half second, when nobody can tell.</param>
/// <param name="TimeLeft">What is left at that speed; null while there is none.</param>
public sealed record UploadProgress(long SentBytes, long TotalBytes, double BytesPerSecond, TimeSpan? TimeLeft);
