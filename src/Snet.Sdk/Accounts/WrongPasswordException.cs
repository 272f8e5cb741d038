namespace Snet.Sdk.Accounts;

/// <summary>A keystore does not open with this password. Its file is whole, so asking for the password again is the way on.</summary>
public sealed class WrongPasswordException : SnetException
{
    internal WrongPasswordException(string keystore)
        : base("wrong_password", $"The password does not open the keystore ({keystore}). Passwords are compared letter by letter; look for capitals and spaces at the ends.")
        => MoneyMoved = MoneyMoved.No;
}
