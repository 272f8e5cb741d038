using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>The receipt files of one account: appends to the newest, reads what other clients appended, goes on in a new file when one is full.</summary>
/// <remarks>
/// Whoever appends holds the lock and has read every line before. A line is written with one request to the operating system, so it outlives a crash of the
/// process; a power cut can lose the last ones, of which the daemons still know the totals. A last line without an end is what a crash left: what it was to
/// record has not left the process, so it is removed. After any fault the files are read anew.
/// </remarks>
internal sealed class ReceiptStore(AccountFolder folder, string client, ReceiptBook book, long fileBytes, ILogger logger) : IDisposable
{
    private readonly FolderLock _lock = new(folder, "receipts.lock");
    private readonly ReceiptLineWriter _writer = new();
    private SafeFileHandle? _file;
    private ClientMark? _mark;
    private int _number;
    private long _length;  // up to where lines were read and taken up
    private long _carried; // where the lines that the file carried over end
    private int? _continuedIn;

    /// <summary>Takes up what other clients have appended, as far as it is complete.</summary>
    /// <exception cref="DataDirectoryException">The files cannot be read or understood, or may not be.</exception>
    public void ReadOn() => Guard(() =>
    {
        Open();
        CatchUp(alone: false);
        return true;
    });

    /// <summary>Shuts other clients out until the result is disposed, and takes up all that they appended.</summary>
    /// <exception cref="DataDirectoryException">The files cannot be read or understood, or may not be, or somebody does not let go of them.</exception>
    public SafeFileHandle Lock() => Guard(() =>
    {
        Open();
        var alone = _lock.Enter();
        try
        {
            CatchUp(alone: true);
            return alone;
        }
        catch
        {
            alone.Dispose();
            throw;
        }
    });

    /// <summary>Appends a payment that is about to be signed. The caller holds the lock.</summary>
    /// <exception cref="DataDirectoryException">The file cannot be written.</exception>
    public void AppendSigned(ReceiptEntry entry) => Append(writer => writer.WriteSigned(entry));

    /// <summary>Appends a call that is over, in one go. The caller holds the lock.</summary>
    /// <exception cref="DataDirectoryException">The file cannot be written.</exception>
    public void AppendEnded(ReceiptEntry entry, DateTimeOffset time) => Append(writer =>
    {
        writer.WriteSigned(entry);
        writer.WriteSettled(entry, time);
    });

    /// <summary>Appends what became of a payment, for the first time or after all. The caller holds the lock.</summary>
    /// <exception cref="DataDirectoryException">The file cannot be written.</exception>
    public void AppendSettled(ReceiptEntry entry, DateTimeOffset time) => Append(writer =>
    {
        if (entry.Recorded == PaymentOutcome.Unknown)
            writer.WriteSettled(entry, time);
        else
            writer.WriteCorrected(entry, time);
    });

    public bool IsAlive(string other) => ClientMark.IsAlive(folder, other);

    public void Dispose()
    {
        _file?.Dispose();
        _mark?.Dispose();
        _writer.Dispose();
    }

    private void Open()
    {
        if (_file is not null)
            return;
        folder.Create();
        using var alone = _lock.Enter();
        _mark ??= new ClientMark(folder, client);
        if (ReceiptFiles.Numbers(folder) is [.., var newest])
            Use(newest);
        else
            Begin(1);
        CatchUp(alone: true);
    }

    private void Append(Action<ReceiptLineWriter> write) => Guard(() =>
    {
        if (_length - _carried >= fileBytes)
        {
            Write(writer => writer.WriteContinued(_number + 1));
            Begin(_number + 1);
            CatchUp(alone: true);
        }

        Write(write);
        return true;
    });

    private void Write(Action<ReceiptLineWriter> write)
    {
        _writer.Clear();
        write(_writer);
        var line = _writer.Written;
        if (line.Length > ReceiptLine.MaxBytes)
            throw new FormatException($"a receipt would have {line.Length} bytes; no more than {ReceiptLine.MaxBytes} are kept of one.");
        try
        {
            RandomAccess.Write(_file!, line.Span, _length);
            _length += line.Length;
        }
        catch (IOException)
        {
            RandomAccess.SetLength(_file!, _length); // what was written of it is half a line
            throw;
        }
    }

    // Written as a whole under another name first, so that no file begins without its totals.
    private void Begin(int number)
    {
        _writer.Clear();
        _writer.WriteFile(new FileLine(number, folder.Network.ChainId, folder.Network.Mpe.ToLowerString(), folder.Account, book.Next, book.Spent.All));
        book.WriteTo(_writer);
        folder.Replace(ReceiptFiles.Name(number), _writer.Written.Span, outlastsPowerCut: true);
        Use(number);
    }

    private void Use(int number)
    {
        Close();
        _number = number;
        _file = File.OpenHandle(folder[ReceiptFiles.Name(number)], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    private void Close()
    {
        _file?.Dispose();
        (_file, _length, _carried, _continuedIn) = (null, 0, 0, null);
    }

    private void CatchUp(bool alone)
    {
        while (true)
        {
            var torn = ReadLines();
            if (torn > 0 && alone)
            {
                logger.TornReceiptRemoved(folder[ReceiptFiles.Name(_number)], torn);
                RandomAccess.SetLength(_file!, _length);
            }

            if (_continuedIn is not { } next)
                return;
            if (File.Exists(folder[ReceiptFiles.Name(next)]))
                Use(next);
            else if (alone)
                Begin(next); // whoever was to begin it was stopped
            else
                return;
        }
    }

    // Returns the length of what comes after the last complete line.
    private int ReadLines()
    {
        var behind = RandomAccess.GetLength(_file!) - _length;
        if (behind < 0 || _length + behind == 0)
            throw new FormatException("lines that were there are gone.");
        if (behind == 0)
            return 0;
        var buffer = new byte[(int)Math.Min(behind, 2 * ReceiptLine.MaxBytes)];
        var filled = 0;
        while (RandomAccess.Read(_file!, buffer.AsSpan(filled), _length + filled) is > 0 and var read)
        {
            filled += read;
            var used = TakeLines(buffer.AsMemory(0, filled));
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
            if (filled > ReceiptLine.MaxBytes)
                throw new FormatException($"a line has more than {ReceiptLine.MaxBytes} bytes.");
        }

        return filled;
    }

    private int TakeLines(ReadOnlyMemory<byte> lines)
    {
        var used = 0;
        while (lines.Span[used..].IndexOf((byte)'\n') is >= 0 and var length)
        {
            Take(ReceiptLineReader.Read(lines.Slice(used, length)), length + 1);
            used += length + 1;
        }

        return used;
    }

    private void Take(ReceiptLine line, int bytes)
    {
        if (_length == 0)
            book.Begin(ReceiptFiles.Checked(line, _number, folder));
        else if (line is ContinuedLine continued && continued.Number == _number + 1 && _continuedIn is null)
            _continuedIn = continued.Number;
        else if (_continuedIn is null)
            book.Apply(line);
        else
            throw new FormatException("it goes on although another file follows.");
        _length += bytes;
        if (line is FileLine or DayLine or ModelLine or ChannelLine or OpenLine)
            _carried = _length;
    }

    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            var fault = ReceiptFiles.Describe(e, folder, _file is null ? null : _number, _length);
            Close(); // and read anew at the next use
            throw fault;
        }
    }
}
