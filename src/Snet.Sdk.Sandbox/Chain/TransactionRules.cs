using System.Numerics;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>What a node checks before it takes a transaction in, in geth's order and with its texts.</summary>
internal static class TransactionRules
{
    /// <summary>Checks a transaction.</summary>
    /// <exception cref="RpcException">It breaks a rule.</exception>
    public static void Check(SignedTransaction transaction, Account sender, TransactionPool pool)
    {
        CheckGas(transaction);
        if (transaction.Nonce < sender.Nonce)
            throw new RpcException($"nonce too low: next nonce {sender.Nonce}, tx nonce {transaction.Nonce}");
        CheckFunds(transaction, sender.Balance, pool.CostOf(transaction.From, exceptNonce: transaction.Nonce));
    }

    private static void CheckGas(SignedTransaction transaction)
    {
        if (transaction.GasLimit > GasMeter.BlockLimit)
            throw new RpcException("exceeds block gas limit");
        if (transaction.MaxTip > transaction.MaxFee)
            throw new RpcException("max priority fee per gas higher than max fee per gas");
        var needed = GasMeter.Intrinsic(transaction.Data);
        if (transaction.GasLimit < needed)
            throw new RpcException($"intrinsic gas too low: gas {transaction.GasLimit}, minimum needed {needed}");
        if (transaction.MaxFee < Ledger.BaseFee)
        {
            throw new RpcException(
                $"max fee per gas less than block base fee: address {transaction.From}, maxFeePerGas: {transaction.MaxFee}, baseFee: {Ledger.BaseFee}");
        }
    }

    private static void CheckFunds(SignedTransaction transaction, BigInteger balance, BigInteger queued)
    {
        const string Short = "insufficient funds for gas * price + value";
        if (balance < transaction.Cost)
            throw new RpcException($"{Short}: balance {balance}, tx cost {transaction.Cost}, overshot {transaction.Cost - balance}");
        if (balance < queued + transaction.Cost)
        {
            throw new RpcException(
                $"{Short}: balance {balance}, queued cost {queued}, tx cost {transaction.Cost}, overshot {queued + transaction.Cost - balance}");
        }
    }
}
