using Microsoft.Win32.SafeHandles;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>Lets one client at a time at the files of a folder: of all processes, and of all clients in this one.</summary>
/// <remarks>The lock is a file that is opened for one alone. A process that ends lets go by itself.</remarks>
internal sealed class FolderLock(AccountFolder folder, string name)
{
    private const int Attempts = 5_000; // some seconds; a lock is held for microseconds

    private string? _path;

    /// <summary>Shuts the others out until the result is disposed.</summary>
    /// <exception cref="IOException">Somebody does not let go, or the lock cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The lock may not be made.</exception>
    public SafeFileHandle Enter()
    {
        _path ??= folder[name];
        var spin = default(SpinWait);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Open(_path);
            }
            catch (IOException e) when (IsTaken(e) && attempt < Attempts)
            {
                spin.SpinOnce(); // soon gives the processor away, a millisecond at a time
            }
        }
    }

    private SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (FileNotFoundException)
        {
            folder.CreateFile(name, FileMode.OpenOrCreate).Dispose();
            return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
    }

    // EWOULDBLOCK of Linux and of macOS; ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows.
    private static bool IsTaken(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);
}
