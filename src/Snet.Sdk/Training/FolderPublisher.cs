using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Snet.Sdk.Training;

/// <summary>Publishes datasets in a folder that a web server of yours serves.</summary>
/// <remarks>
/// Each archive gets a name that nobody can guess (128 random bits and what is harmless of its own name) and appears under it when it is whole. Make the
/// server list no folders. Remove an archive when its model is validated: <c>RemoveAsync(new Uri(model.TrainingDataLink))</c>.
/// </remarks>
[Experimental("SNET001")]
public sealed partial class FolderPublisher : IDatasetPublisher
{
    private const int BufferSize = 1 << 17;
    private const int MaxNameLength = 100; // with the random part far below the 255 bytes of file systems
    private readonly string _folder;
    private readonly Uri _address;

    /// <summary>Names the folder and where it is served.</summary>
    /// <param name="folder">The folder; it is made when it is not there.</param>
    /// <param name="address">The absolute <c>http</c> or <c>https</c> address under which the provider reaches the folder, without query.</param>
    /// <exception cref="ArgumentException">The folder is empty, or the address is none that a link can be made of.</exception>
    public FolderPublisher(string folder, Uri address)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(address);
        if (address is not { IsAbsoluteUri: true, Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" })
            throw new ArgumentException("Give an absolute http or https address without query, fragment and user.", nameof(address));

        _folder = Path.GetFullPath(folder);
        _address = address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written to.</exception>
    public async Task<Uri> PublishAsync(Stream archive, string fileName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentNullException.ThrowIfNull(fileName);
        Directory.CreateDirectory(_folder);
        var name = $"{RandomNumberGenerator.GetHexString(32, lowercase: true)}-{MakeHarmless(fileName)}";
        var unfinished = Path.Combine(_folder, $".{name}.part"); // web servers do not serve names that begin with a dot, and nobody knows this one
        try
        {
            await WriteAsync(archive, unfinished, cancellationToken).ConfigureAwait(false);
            File.Move(unfinished, Path.Combine(_folder, name));
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        return new Uri(_address, name);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The link is none that this publisher gave.</exception>
    public Task RemoveAsync(Uri link, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(link);
        var text = link.IsAbsoluteUri ? link.AbsoluteUri : link.OriginalString;
        var name = text.StartsWith(_address.AbsoluteUri, StringComparison.Ordinal) ? text[_address.AbsoluteUri.Length..] : string.Empty;
        if (!PublishedName().IsMatch(name)) // before it becomes a path: a link may come from anywhere
            throw new ArgumentException($"`{text}` is no link that this publisher gave: those begin with {_address}.", nameof(link));

        cancellationToken.ThrowIfCancellationRequested();
        if (Directory.Exists(_folder))
            File.Delete(Path.Combine(_folder, name));
        return Task.CompletedTask;
    }

    /// <summary>Gives the address under which the folder is served.</summary>
    public override string ToString() => _address.AbsoluteUri;

    private static async Task WriteAsync(Stream archive, string path, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
        {
            await archive.CopyToAsync(file, BufferSize, cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true); // a link is about to be paid for
        }
    }

    // The end of a name tells the kind of archive, so that is what stays of a long one.
    private static string MakeHarmless(string fileName)
    {
        var name = Harmful().Replace(fileName, "_");
        return name.Length <= MaxNameLength ? name : name[^MaxNameLength..];
    }

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex Harmful();

    [GeneratedRegex(@"^[0-9a-f]{32}-[A-Za-z0-9._-]{0,100}\z")]
    private static partial Regex PublishedName();
}
