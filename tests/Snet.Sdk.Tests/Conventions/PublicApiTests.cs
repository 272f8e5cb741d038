using System.Reflection;
using System.Text;
using System.Xml.Linq;
using Snet.Tests;

namespace Snet.Sdk.Tests.Conventions;

/// <summary>Promises over all public types.</summary>
public sealed class PublicApiTests
{
    private static readonly Assembly Sdk = typeof(SnetClient).Assembly;

    private static IEnumerable<MethodInfo> Methods => Sdk.GetExportedTypes()
        .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(m => !m.IsSpecialName);

    [Test]
    public void Assemblies_DependOneWay()
    {
        References(Sdk).ShouldNotContain("Snet.Sdk.Sandbox");
        References(typeof(Sandbox.SnetSandbox).Assembly).ShouldNotContain("Snet.Sdk"); // it must not share the client's reading of the rules
        References(typeof(Snet.Ethereum.EthereumAddress).Assembly).ShouldNotContain(name => name!.StartsWith("Snet.", StringComparison.Ordinal));

        static IEnumerable<string?> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name);
    }

    [Test]
    public void PublicTypes_Count_StaysSmall()
    {
        Sdk.GetExportedTypes().Length.ShouldBeLessThanOrEqualTo(90);
        Sdk.GetExportedTypes().Count(t => t.Namespace == "Snet.Sdk").ShouldBeLessThanOrEqualTo(12);
    }

    [Test]
    public void AsynchronousMethods_AreNamedSoAndTakeATokenLast()
    {
        foreach (var method in Methods.Where(m => IsAsynchronous(m.ReturnType) && m.Name != nameof(IAsyncDisposable.DisposeAsync)))
        {
            var where = $"{method.DeclaringType!.Name}.{method.Name}";
            method.Name.ShouldEndWith("Async", Case.Sensitive, where);
            var last = method.GetParameters().LastOrDefault();
            (last?.ParameterType).ShouldBe(typeof(CancellationToken), where);
            last!.HasDefaultValue.ShouldBeTrue(where);
        }
    }

    [Test]
    public void Classes_AreSealed_UnlessUsersHoldThemAndStandInForThem()
    {
        string[] held = ["SnetClient", "SnetAccount", "SnetRegistry", "ServiceClient", "TrainingClient", "PaymentChannels"];
        foreach (var type in Sdk.GetExportedTypes().Where(t => t.IsClass && !t.IsSealed && t.Name != nameof(SnetException)))
        {
            held.ShouldContain(type.Name);
            type.GetConstructors(BindingFlags.NonPublic | BindingFlags.Instance).ShouldContain(c => c.IsFamily && c.GetParameters().Length == 0, type.Name);
            foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                method.IsVirtual.ShouldBeTrue($"{type.Name}.{method.Name}");
        }
    }

    [Test]
    public void PublicMembers_AllHaveDocumentation()
    {
        var documented = XDocument.Load(Path.ChangeExtension(Sdk.Location, ".xml")).Descendants("member")
            .Select(m => m.Attribute("name")!.Value.Split('(')[0]).ToHashSet();
        foreach (var type in Sdk.GetExportedTypes())
            documented.ShouldContain($"T:{type.FullName!.Replace('+', '.')}");
        foreach (var method in Methods.Where(m => m.DeclaringType is { IsEnum: false } && !IsWrittenByTheCompiler(m)))
            documented.ShouldContain(name => name.StartsWith($"M:{method.DeclaringType!.FullName}.{method.Name}", StringComparison.Ordinal), $"{method.DeclaringType!.Name}.{method.Name}");
    }

    [Test]
    public void Exceptions_StandUnderOneRootWithCodesOfTheirOwn()
    {
        var types = Sdk.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(Exception))).ToList();

        // Cancellation by the caller is an OperationCanceledException everywhere in .NET, also where it knows more.
        types.ShouldAllBe(t => t == typeof(SnetException) || t.IsSubclassOf(typeof(SnetException)) || t.IsSubclassOf(typeof(OperationCanceledException)));
        foreach (var type in types.Where(t => !t.IsAbstract))
            File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "docs", "errors.md")).ShouldContain(type.Name);
    }

    [Test]
    public void PublicApi_IsTheOneThatWasReviewed()
    {
        var path = Path.Combine(TestData.RepositoryRoot, "api", "Snet.Sdk.txt");
        var actual = Describe();
        if (Environment.GetEnvironmentVariable("SNET_WRITE_API") == "1")
            File.WriteAllText(path, actual);

        actual.ShouldBe(File.ReadAllText(path), "Run the tests with SNET_WRITE_API=1 and review the change of api/Snet.Sdk.txt.");
    }

    private static bool IsAsynchronous(Type type) =>
        type == typeof(Task) || type == typeof(ValueTask)
        || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)
            || type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)));

    private static bool IsWrittenByTheCompiler(MethodInfo method) =>
        method.Name.Contains('$', StringComparison.Ordinal) || method.Name is "Deconstruct" or "Equals" or "GetHashCode" or "ToString" or "Dispose" or "DisposeAsync";

    private static string Describe()
    {
        var text = new StringBuilder();
        foreach (var type in Sdk.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(type.FullName).Append('\n');
            var lines = type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(m => m is not MethodInfo { IsSpecialName: true } && !(m is MethodInfo method && IsWrittenByTheCompiler(method)) && m is not Type)
                .Select(Line).Order(StringComparer.Ordinal);
            foreach (var line in lines)
                text.Append("  ").Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";

    private static string Line(MemberInfo member) => member switch
    {
        ConstructorInfo c => $"new({Parameters(c)})",
        MethodInfo m => $"{Name(m.ReturnType)} {m.Name}{(m.IsGenericMethod ? $"<{string.Join(", ", m.GetGenericArguments().Select(Name))}>" : string.Empty)}({Parameters(m)})",
        PropertyInfo p => $"{Name(p.PropertyType)} {p.Name} {{ {(p.GetMethod is { IsPublic: true } ? "get; " : string.Empty)}{(p.SetMethod is { IsPublic: true } ? "set; " : string.Empty)}}}",
        FieldInfo f => f.DeclaringType!.IsEnum ? f.IsStatic ? $"{f.Name} = {Convert.ToInt32(f.GetRawConstantValue())}" : "value__" : $"{Name(f.FieldType)} {f.Name}",
        _ => member.ToString()!,
    };

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = …" : string.Empty)}"));

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Name(inner) + "?";
        if (!type.IsGenericType)
            return type.Name;
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
