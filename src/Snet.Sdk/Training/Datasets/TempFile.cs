namespace Snet.Sdk.Training.Datasets;

/// <summary>Files that vanish when they are closed, in the system's folder for them, readable by this user only.</summary>
internal static class TempFile
{
    private const int BufferSize = 1 << 17;

    /// <summary>Makes an empty file that can be read, written and sought.</summary>
    public static FileStream Create()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose,
            BufferSize = BufferSize,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(Path.GetTempPath(), $"snet-dataset-{Guid.NewGuid():N}"), options);
    }
}
