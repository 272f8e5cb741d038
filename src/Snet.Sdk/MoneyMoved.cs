namespace Snet.Sdk;

/// <summary>What became of the payment of a call that failed.</summary>
public enum MoneyMoved
{
    /// <summary>Nobody can tell yet; the daemon is asked before anything more is signed on that channel.</summary>
    Unknown = 0,

    /// <summary>Nothing was taken.</summary>
    No = 1,

    /// <summary>The price was taken.</summary>
    Yes = 2,
}
