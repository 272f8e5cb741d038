using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;
using static Snet.Sdk.Sandbox.Chain.RevertException;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>The platform's token: an ERC-20 in the manner of OpenZeppelin 3, with its texts and its order of checks. Amounts in cogs.</summary>
internal sealed class SandboxToken : Contract
{
    private const string Above = "ERC20: transfer amount exceeds ";

    private static readonly AbiFunction Name = new("name()", "string");
    private static readonly AbiFunction TotalSupply = new("totalSupply()", "uint256");
    private static readonly AbiFunction IncreaseAllowance = new("increaseAllowance(address,uint256)", "bool");
    private static readonly AbiFunction DecreaseAllowance = new("decreaseAllowance(address,uint256)", "bool");
    private static readonly AbiFunction Paused = new("paused()", "bool");

    private readonly StateMap<EthereumAddress, BigInteger> _balances;
    private readonly StateMap<(EthereumAddress Owner, EthereumAddress Spender), BigInteger> _allowances;
    private readonly StateValue<BigInteger> _supply;

    public SandboxToken(EthereumAddress address, WorldState world)
        : base(address)
    {
        _balances = new(world, BigInteger.Zero);
        _allowances = new(world, BigInteger.Zero);
        _supply = new(world, BigInteger.Zero);

        On(Name, (_, _) => ["Fetch"]);
        On(TokenContract.Symbol, (_, _) => ["FET"]);
        On(TokenContract.Decimals, (_, _) => [new BigInteger(18)]);
        On(Paused, (_, _) => [false]);
        On(TotalSupply, (_, _) => [_supply.Value]);
        On(TokenContract.BalanceOf, (_, a) => [_balances[(EthereumAddress)a[0]]]);
        On(TokenContract.Allowance, (_, a) => [_allowances[((EthereumAddress)a[0], (EthereumAddress)a[1])]]);
        On(TokenContract.Transfer, (call, a) => Done(() => Transfer(call, call.Caller, (EthereumAddress)a[0], (BigInteger)a[1])));
        On(TokenContract.TransferFrom, (call, a) => Done(() => TransferFrom(call, (EthereumAddress)a[0], (EthereumAddress)a[1], (BigInteger)a[2])));
        On(TokenContract.Approve, (call, a) => Done(() => Approve(call, call.Caller, (EthereumAddress)a[0], (BigInteger)a[1])));
        On(IncreaseAllowance, (call, a) => Done(() => ChangeAllowance(call, (EthereumAddress)a[0], (BigInteger)a[1])));
        On(DecreaseAllowance, (call, a) => Done(() => ChangeAllowance(call, (EthereumAddress)a[0], -(BigInteger)a[1])));
    }

    /// <summary>Makes tokens out of nothing.</summary>
    public void Mint(EthereumAddress account, BigInteger amount)
    {
        _balances[account] += amount;
        _supply.Value += amount;
    }

    /// <summary>Moves tokens of the caller or, by <see cref="TransferFrom"/>, of somebody who allowed it.</summary>
    public void Transfer(Call call, EthereumAddress from, EthereumAddress to, BigInteger amount)
    {
        Require(!from.IsZero, "ERC20: transfer from the zero address");
        Require(!to.IsZero, "ERC20: transfer to the zero address");
        Require(_balances[from] >= amount, Above + "balance");
        _balances[from] -= amount;
        _balances[to] += amount;
        call.Emit(TokenContract.Transferred, from, to, amount);
    }

    /// <summary>Moves tokens that their owner allowed the caller to move.</summary>
    public void TransferFrom(Call call, EthereumAddress from, EthereumAddress to, BigInteger amount)
    {
        Transfer(call, from, to, amount);
        var allowed = _allowances[(from, call.Caller)];
        Require(allowed >= amount, Above + "allowance");
        Approve(call, from, call.Caller, allowed - amount);
    }

    private void Approve(Call call, EthereumAddress owner, EthereumAddress spender, BigInteger amount)
    {
        Require(!owner.IsZero, "ERC20: approve from the zero address");
        Require(!spender.IsZero, "ERC20: approve to the zero address");
        _allowances[(owner, spender)] = amount;
        call.Emit(TokenContract.Approval, owner, spender, amount);
    }

    private void ChangeAllowance(Call call, EthereumAddress spender, BigInteger change)
    {
        var allowed = _allowances[(call.Caller, spender)] + change;
        Require(allowed.Sign >= 0, "ERC20: decreased allowance below zero");
        Require(allowed.GetBitLength() <= 256, "SafeMath: addition overflow");
        Approve(call, call.Caller, spender, allowed);
    }

    private static object[] Done(Action action)
    {
        action();
        return [true];
    }
}
