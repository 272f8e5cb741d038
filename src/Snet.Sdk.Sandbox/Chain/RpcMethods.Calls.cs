using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

internal sealed partial class RpcMethods
{
    private const int RevertCode = 3;

    // An eth_call's or eth_estimateGas's first argument.
    private sealed record CallRequest(EthereumAddress From, EthereumAddress To, BigInteger Value, byte[] Data, BigInteger? Gas, BigInteger? GasPrice)
    {
        public static CallRequest Read(JsonElement call)
        {
            if (call.ValueKind != JsonValueKind.Object)
                throw RpcParameters.Invalid(0, "cannot unmarshal non-object into a call");
            if (!RpcParameters.TryGet(call, "to", out var to))
                throw new RpcException("this chain holds the platform's contracts only: it creates no others");
            return new CallRequest(
                RpcParameters.TryGet(call, "from", out var from) ? RpcParameters.Address(from, 0) : default,
                RpcParameters.Address(to, 0),
                Number(call, "value") ?? 0,
                RpcParameters.TryGet(call, "input", out var data) || RpcParameters.TryGet(call, "data", out data) ? RpcParameters.Bytes(data, 0) : [],
                Number(call, "gas"),
                Number(call, "maxFeePerGas") ?? Number(call, "gasPrice"));
        }

        private static BigInteger? Number(JsonElement call, string member) =>
            RpcParameters.TryGet(call, member, out var value) ? RpcParameters.Number(value, 0) : null;
    }

    private JsonNode Call(RpcParameters parameters)
    {
        var call = CallRequest.Read(parameters.Required(0));
        return Hex.Encode(Try(call, call.Gas ?? GasMeter.BlockLimit, StateBlock(parameters, 1)).Answer);
    }

    private JsonValue EstimateGas(RpcParameters parameters)
    {
        var call = CallRequest.Read(parameters.Required(0));
        var block = StateBlock(parameters, 1);
        var allowance = BigInteger.Min(call.Gas ?? GasMeter.BlockLimit, GasMeter.BlockLimit);
        if (call.GasPrice is { } price && price > 0)
            allowance = BigInteger.Min(allowance, (_ledger.AccountAt(call.From, block).Balance - call.Value) / price);
        var gas = Try(call, GasMeter.BlockLimit, block).Gas;
        return gas <= allowance ? Quantity(gas) : throw new RpcException($"gas required exceeds allowance ({allowance})");
    }

    private (byte[] Answer, long Gas) Try(CallRequest call, BigInteger gas, long block)
    {
        var limit = (long)BigInteger.Min(gas, GasMeter.BlockLimit);
        if (_ledger.AccountAt(call.From, block).Balance < call.Value)
            throw new RpcException($"insufficient funds for transfer: address {call.From}");
        try
        {
            return _ledger.Try(call.From, call.To, call.Value, call.Data, limit, block);
        }
        catch (RevertException e)
        {
            throw new RpcException(e.Reason is null ? "execution reverted" : "execution reverted: " + e.Reason, RevertCode, Hex.Encode(e.Answer));
        }
        catch (OutOfGasException)
        {
            throw new RpcException("out of gas");
        }
    }

    private JsonNode SendRawTransaction(RpcParameters parameters)
    {
        var transaction = SignedTransaction.Decode(parameters.Bytes(0), Network.ChainId);
        _ledger.Send(transaction);
        return transaction.Hash;
    }

    private JsonObject? FindTransaction(string hash)
    {
        if (_ledger.FindMined(hash) is { } mined)
            return mined.Block <= _head ? RpcJson.Transaction(_ledger, mined) : RpcJson.Transaction(mined.Transaction);
        return _ledger.Pool.Find(hash) is { } pending ? RpcJson.Transaction(pending) : null;
    }

    private JsonObject? FindReceipt(string hash)
    {
        if (_ledger.FindMined(hash) is { } mined)
            return mined.Block <= _head ? RpcJson.Receipt(_ledger, mined) : null;
        return Network.Deployments.TryGetValue(hash, out var contract) ? RpcJson.Deployment(_ledger, hash, contract) : null;
    }
}
