using System.Numerics;
using System.Text;
using Snet.Ethereum;
using Snet.Protocol;
using static Snet.Sdk.Sandbox.Chain.RevertException;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>The MultiPartyEscrow contract: balances and payment channels (protocol b.2 to b.4). Amounts in cogs, expirations in block numbers.</summary>
/// <remarks>The texts are the contract's own, to the letter: some end with a full stop, some do not.</remarks>
internal sealed class SandboxEscrow : Contract
{
    private const string NoBalance = "Insufficient balance in the contract";

    private readonly SandboxToken _token;
    private readonly StateMap<EthereumAddress, BigInteger> _balances;
    private readonly StateMap<BigInteger, PaymentChannel> _channels;
    private readonly StateMap<string, bool> _usedMessages;
    private readonly StateValue<BigInteger> _nextChannelId;

    public SandboxEscrow(EthereumAddress address, SandboxToken token, WorldState world)
        : base(address)
    {
        _token = token;
        _balances = new(world, BigInteger.Zero);
        _channels = new(world, PaymentChannel.None, slots: 6); // nonce 0 takes no slot
        _usedMessages = new(world, false);
        _nextChannelId = new(world, BigInteger.Zero);

        On(EscrowContract.Token, (_, _) => [_token.Address]);
        On(EscrowContract.Balances, (_, a) => [_balances[(EthereumAddress)a[0]]]);
        On(EscrowContract.NextChannelId, (_, _) => [_nextChannelId.Value]);
        On(EscrowContract.UsedMessages, (_, a) => [_usedMessages[Hex.Encode((byte[])a[0])]]);
        On(EscrowContract.Channels, (_, a) => Show(_channels[(BigInteger)a[0]]));

        On(EscrowContract.Deposit, (call, a) => Done(() => Deposit(call, (BigInteger)a[0])));
        On(EscrowContract.Withdraw, (call, a) => Done(() => Withdraw(call, (BigInteger)a[0])));
        On(EscrowContract.Transfer, (call, a) => Done(() => Transfer(call, (EthereumAddress)a[0], (BigInteger)a[1])));
        On(EscrowContract.OpenChannel, (call, a) => Done(() => OpenChannel(call, a)));
        On(EscrowContract.DepositAndOpenChannel, (call, a) => Done(() =>
        {
            Deposit(call, (BigInteger)a[3]);
            OpenChannel(call, a);
        }));
        On(EscrowContract.OpenChannelByThirdParty, (call, a) => Done(() => OpenByThirdParty(call, a)));
        On(EscrowContract.ChannelExtend, (call, a) => Done(() => Extend(call, (BigInteger)a[0], (BigInteger)a[1])));
        On(EscrowContract.ChannelAddFunds, (call, a) => Done(() => AddFunds(call, (BigInteger)a[0], (BigInteger)a[1])));
        On(EscrowContract.ChannelExtendAndAddFunds, (call, a) =>
        {
            Extend(call, (BigInteger)a[0], (BigInteger)a[1]);
            AddFunds(call, (BigInteger)a[0], (BigInteger)a[2]);
        });
        On(EscrowContract.ChannelClaim, (call, a) => Claim(
            call, (BigInteger)a[0], (BigInteger)a[1], (BigInteger)a[2], (BigInteger)a[3], (byte[])a[4], (byte[])a[5], (bool)a[6]));
        On(EscrowContract.MultiChannelClaim, ClaimMany);
        On(EscrowContract.ChannelClaimTimeout, (call, a) => ClaimTimeout(call, (BigInteger)a[0]));
    }

    private void Deposit(Call call, BigInteger value)
    {
        _token.TransferFrom(call.To(_token.Address), call.Caller, Address, value);
        _balances[call.Caller] += value;
        call.Emit(EscrowContract.DepositFunds, call.Caller, value);
    }

    private void Withdraw(Call call, BigInteger value)
    {
        Require(_balances[call.Caller] >= value, NoBalance + ".");
        _token.Transfer(call.To(_token.Address), Address, call.Caller, value);
        _balances[call.Caller] -= value;
        call.Emit(EscrowContract.WithdrawFunds, call.Caller, value);
    }

    private void Transfer(Call call, EthereumAddress receiver, BigInteger value)
    {
        Require(_balances[call.Caller] >= value, NoBalance);
        _balances[call.Caller] -= value;
        _balances[receiver] += value;
        call.Emit(EscrowContract.TransferFunds, call.Caller, receiver, value);
    }

    // signer, recipient, group id, value, expiration
    private void OpenChannel(Call call, object[] a)
    {
        var signer = (EthereumAddress)a[0];
        Require(_balances[call.Caller] >= (BigInteger)a[3], NoBalance + ".");
        Require(!signer.IsZero);
        Open(call, new(0, call.Caller, signer, (EthereumAddress)a[1], Hex.Encode((byte[])a[2]), (BigInteger)a[3], (BigInteger)a[4]));
    }

    // sender, signer, recipient, group id, value, expiration, message nonce, v, r, s
    private void OpenByThirdParty(Call call, object[] a)
    {
        var channel = new PaymentChannel(
            0, (EthereumAddress)a[0], (EthereumAddress)a[1], (EthereumAddress)a[2], Hex.Encode((byte[])a[3]), (BigInteger)a[4], (BigInteger)a[5]);
        Require(_balances[call.Caller] >= channel.Value, "Insufficient balance");
        var digest = Digest(
            call, "__openChannelByThirdParty", Bytes(Address), Bytes(call.Caller), Bytes(channel.Signer), Bytes(channel.Recipient),
            (byte[])a[3], Bytes(channel.Value), Bytes(channel.Expiration), Bytes((BigInteger)a[6]));
        Require(!_usedMessages[Hex.Encode(digest)], "Signature has already been used");
        _usedMessages[Hex.Encode(digest)] = true;
        Require(Recover(call, digest, (BigInteger)a[7], (byte[])a[8], (byte[])a[9]) == channel.Sender, "Invalid signature");
        Open(call, channel);
    }

    private void Open(Call call, PaymentChannel channel)
    {
        var id = _nextChannelId.Value;
        _channels[id] = channel;
        _balances[call.Caller] -= channel.Value;
        call.Emit(
            EscrowContract.ChannelOpen, id, BigInteger.Zero, channel.Sender, channel.Signer, channel.Recipient, Hex.Decode(channel.GroupId),
            channel.Value, channel.Expiration);
        _nextChannelId.Value = id + 1;
    }

    private void Extend(Call call, BigInteger id, BigInteger expiration)
    {
        var channel = _channels[id];
        Require(call.Caller == channel.Sender, "Sender not authorized");
        Require(expiration >= channel.Expiration, "Invalid expiration.");
        _channels[id] = channel with { Expiration = expiration };
        call.Emit(EscrowContract.ChannelExtended, id, expiration);
    }

    // Anyone may; whether the channel exists is not asked.
    private void AddFunds(Call call, BigInteger id, BigInteger amount)
    {
        Require(_balances[call.Caller] >= amount, NoBalance);
        _balances[call.Caller] -= amount;
        var channel = _channels[id];
        _channels[id] = channel with { Value = channel.Value + amount };
        call.Emit(EscrowContract.ChannelFundsAdded, id, amount);
    }

    private void ClaimMany(Call call, object[] a)
    {
        var lists = a.Cast<object[]>().ToArray(); // ids, actual, planned, send back, v, r, s
        Require(lists.All(list => list.Length == lists[0].Length), "Invalid function parameters.");
        for (var i = 0; i < lists[0].Length; i++)
        {
            Claim(
                call, (BigInteger)lists[0][i], (BigInteger)lists[1][i], (BigInteger)lists[2][i], (BigInteger)lists[4][i], (byte[])lists[5][i],
                (byte[])lists[6][i], (bool)lists[3][i]);
        }
    }

    // The expiration is not asked. What is signed is the planned amount.
    private void Claim(Call call, BigInteger id, BigInteger actual, BigInteger planned, BigInteger v, byte[] r, byte[] s, bool sendBack)
    {
        var channel = _channels[id];
        Require(actual <= channel.Value, "Insufficient channel amount");
        Require(call.Caller == channel.Recipient, "Invalid recipient");
        Require(actual <= planned, "Invalid actual amount");
        var digest = Digest(call, "__MPE_claim_message", Bytes(Address), Bytes(id), Bytes(channel.Nonce), Bytes(planned));
        var signer = Recover(call, digest, v, r, s);
        Require(signer == channel.Signer || signer == channel.Sender, "Invalid signature");

        _balances[call.Caller] += actual;
        channel = channel with { Value = channel.Value - actual };
        if (sendBack)
            channel = SendBack(id, channel);
        else
            _channels[id] = channel = channel with { Nonce = channel.Nonce + 1 };
        // The contract empties the channel before it tells what went back: always 0.
        call.Emit(EscrowContract.ChannelClaimed, id, channel.Nonce, call.Caller, actual, planned, BigInteger.Zero, channel.Value);
    }

    private void ClaimTimeout(Call call, BigInteger id)
    {
        var channel = _channels[id];
        Require(call.Caller == channel.Sender, "Sender not authorized.");
        Require(call.Block >= channel.Expiration, "Claim called too early.");
        channel = SendBack(id, channel);
        call.Emit(EscrowContract.ChannelSenderClaim, id, channel.Nonce, channel.Value);
    }

    private PaymentChannel SendBack(BigInteger id, PaymentChannel channel)
    {
        _balances[channel.Sender] += channel.Value;
        return _channels[id] = channel with { Value = 0, Expiration = 0, Nonce = channel.Nonce + 1 };
    }

    // The contract's own reading of protocol c.1 and c.2, rows 1 and 12.
    private static byte[] Digest(Call call, string prefix, params byte[][] parts)
    {
        call.Meter.Use(300);
        return EthereumMessage.Hash(Keccak256.Hash([.. Encoding.ASCII.GetBytes(prefix), .. parts.SelectMany(part => part)]));
    }

    // The EVM's ecrecover: any other v than 27 and 28 gives the zero address, and so does a signature that no key can have made.
    private static EthereumAddress Recover(Call call, byte[] digest, BigInteger v, byte[] r, byte[] s)
    {
        call.Meter.Use(3_000);
        return v == 27 || v == 28 ? EthereumMessage.RecoverHash(digest, [.. r, .. s], (int)v - 27) ?? default : default;
    }

    private static byte[] Bytes(EthereumAddress value) => value.ToByteArray();

    private static byte[] Bytes(BigInteger value) => Abi.Encode(["uint256"], [value]);

    private static object[] Show(PaymentChannel c) => [c.Nonce, c.Sender, c.Signer, c.Recipient, Hex.Decode(c.GroupId), c.Value, c.Expiration];

    private static object[] Done(Action action)
    {
        action();
        return [true];
    }
}
