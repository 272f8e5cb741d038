using Snet.Sdk.Accounts;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>The folder in the data directory that belongs to one account on one escrow contract of one chain. Only the user can read it (on Unix).</summary>
internal sealed class AccountFolder(string dataDirectory, SnetNetwork network, ISigner signer)
{
    private const UnixFileMode UserFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode UserFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string? _path;

    /// <summary>Gives a client's folder; null when it keeps nothing on disk, or has no account. Nothing is read or made yet.</summary>
    public static AccountFolder? Of(SnetClientOptions options) =>
        options is { DataDirectory: { } directory, Signer: { } signer } ? new AccountFolder(directory, options.Network, signer) : null;

    public SnetNetwork Network => network;

    public string Account => signer.Address.ToLowerString();

    /// <summary>Where it is.</summary>
    public string Path => _path ??= Parts().Aggregate(System.IO.Path.Combine);

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Makes the folder if it is not there.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public void Create()
    {
        if (Directory.Exists(Path))
            return;
        // Each by itself: what lies between is otherwise made for everybody.
        var path = string.Empty;
        foreach (var part in Parts())
        {
            path = System.IO.Path.Combine(path, part);
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, UserFolder);
        }
    }

    /// <summary>Makes a new file, or empties one.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public FileStream CreateFile(string name, FileMode mode = FileMode.Create)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UserFile;
        return new FileStream(this[name], options);
    }

    /// <summary>Replaces a file as a whole: whoever reads it finds the old content or the new.</summary>
    /// <param name="name">The file.</param>
    /// <param name="content">All that it shall hold.</param>
    /// <param name="outlastsPowerCut">Whether that holds after a power cut, too, which takes the disk its time; otherwise the file may be empty then.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Replace(string name, ReadOnlySpan<byte> content, bool outlastsPowerCut)
    {
        var temporary = name + ".tmp";
        using (var file = CreateFile(temporary))
        {
            file.Write(content);
            file.Flush(outlastsPowerCut);
        }

        File.Move(this[temporary], this[name], overwrite: true);
    }

    private string[] Parts() =>
        [System.IO.Path.GetFullPath(dataDirectory), $"chain-{network.ChainId}", $"escrow-{network.Mpe.ToLowerString()}", $"account-{Account}"];
}
