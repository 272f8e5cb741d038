namespace Snet.Sdk.Sandbox.Platform;

/// <summary>The platform's accounts: <c>m/44'/60'/0'/0/N</c> of the mnemonic <c>test test test test test test test test test test test junk</c>.</summary>
/// <remarks>Everybody knows these keys, so they must never hold anything of worth.</remarks>
internal static class TestKeys
{
    public static readonly TestKey Alice = new(
        "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8");

    public static readonly TestKey Bob = new(
        "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC");

    public static readonly TestKey Carol = new(
        "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6", "0x90F79bf6EB2c4f870365E785982E1f101E93b906");

    public static readonly TestKey Dave = new(
        "0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a", "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65");

    public static readonly TestKey Erin = new(
        "0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba", "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc");

    /// <summary>The daemon's identity.</summary>
    public static readonly TestKey Daemon = new(
        "0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356", "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955");

    /// <summary>Signs free-call tokens.</summary>
    public static readonly TestKey FreeCall = new(
        "0xdbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97", "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f");

    /// <summary>The group's payment address; it owns the organization as well.</summary>
    public static readonly TestKey Provider = new(
        "0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6", "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720");

    /// <summary>Those who pay: each holds 1000 tokens, and ether.</summary>
    public static readonly IReadOnlyList<TestKey> Users = [Alice, Bob, Carol, Dave, Erin];
}
