using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>Shows other clients on the same folder that this one is alive, so that they leave its payments to it. The mark is a file that is locked while the client lives.</summary>
internal sealed class ClientMark : IDisposable
{
    private readonly SafeFileHandle _file;

    /// <summary>Makes a mark, and removes those of clients that are gone. Whoever calls holds the folder's lock.</summary>
    public ClientMark(AccountFolder folder, string client)
    {
        foreach (var old in Directory.EnumerateFiles(folder.Path, Name("*")))
            _ = IsLocked(old);
        folder.CreateFile(Name(client), FileMode.CreateNew).Dispose();
        _file = File.OpenHandle(folder[Name(client)], FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
    }

    /// <summary>Makes up a name for a client.</summary>
    public static string NewClient() => RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <summary>Whether a client lives.</summary>
    public static bool IsAlive(AccountFolder folder, string client) => client.All(char.IsAsciiLetterOrDigit) && IsLocked(folder[Name(client)]);

    public void Dispose() => _file.Dispose();

    private static string Name(string client) => $"client-{client}.lock";

    // Who can open it alone is alone; closing removes it then.
    private static bool IsLocked(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose).Dispose();
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
