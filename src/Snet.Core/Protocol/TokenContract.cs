using Snet.Ethereum;

namespace Snet.Protocol;

/// <summary>The ERC-20 functions and events of the platform's token. Amounts in cogs.</summary>
/// <seealso href="https://eips.ethereum.org/EIPS/eip-20">ERC-20</seealso>
internal static class TokenContract
{
    public static readonly AbiFunction BalanceOf = new("balanceOf(address)", "uint256");
    public static readonly AbiFunction Allowance = new("allowance(address,address)", "uint256");
    public static readonly AbiFunction Approve = new("approve(address,uint256)", "bool");
    public static readonly AbiFunction Transfer = new("transfer(address,uint256)", "bool");
    public static readonly AbiFunction TransferFrom = new("transferFrom(address,address,uint256)", "bool");
    public static readonly AbiFunction Decimals = new("decimals()", "uint8");
    public static readonly AbiFunction Symbol = new("symbol()", "string");

    /// <summary>from*, to*, amount.</summary>
    public static readonly AbiEvent Transferred = new("Transfer(address,address,uint256)", 0, 1);

    /// <summary>owner*, spender*, amount.</summary>
    public static readonly AbiEvent Approval = new("Approval(address,address,uint256)", 0, 1);
}
