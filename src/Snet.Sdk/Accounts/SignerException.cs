using Snet.Ethereum;

namespace Snet.Sdk.Accounts;

/// <summary>An <see cref="ISigner"/> of the application's own failed, or gave what is no signature of its account. What it should have signed did not leave this process.</summary>
public sealed class SignerException : SnetException
{
    private const string NothingLeft = "What it was to sign was not sent.";

    internal SignerException(EthereumAddress address, Exception innerException)
        : base("signer", $"The signer of {address} failed ({innerException.GetType().Name}; see {nameof(InnerException)}). {NothingLeft}", innerException) =>
        (Address, MoneyMoved, IsTransient) = (address, MoneyMoved.No, true);

    internal SignerException(EthereumAddress address, string problem)
        : base("signer", $"The signer of {address} {problem}. {NothingLeft} Check {nameof(ISigner)}.{nameof(ISigner.Address)} and what the signer does with the bytes that it is given.") =>
        (Address, MoneyMoved) = (address, MoneyMoved.No);

    /// <summary>The account that the signer signs for.</summary>
    public EthereumAddress Address { get; }
}
