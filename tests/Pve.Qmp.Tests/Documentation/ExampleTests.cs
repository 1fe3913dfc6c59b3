using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Pve.Qmp.Tests.Documentation;

/// <summary>Each public type has an example, and all examples compile, as do those of the package's README.</summary>
/// <remarks>
/// An example is the body of an async method. It has <c>qemu</c>, <c>qmpEvent</c>, <c>stream</c> and <c>cancellationToken</c> to work with, and may
/// declare its own by these names.
/// </remarks>
public sealed partial class ExampleTests
{
    // The namespaces whose types are held to it.
    private static readonly string[] Namespaces = ["Pve.Qmp", "Pve.Qmp.Commands"];

    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Text.Json;
        using System.Threading;
        using System.Threading.Tasks;
        using Pve.Qmp;
        using Pve.Qmp.Commands;
        """;

    private const string Scope = Usings + """

        internal abstract class Scope
        {
            protected readonly QmpClient qemu = null!;
            protected readonly QmpEvent qmpEvent = null!;
            protected readonly Stream stream = null!;
            protected readonly CancellationToken cancellationToken;
        }
        """;

    private static readonly Lazy<Dictionary<string, string>> Examples = new(ReadExamples);

    public static TheoryData<string> PublicTypes =>
    [
        .. typeof(QmpClient).Assembly.GetExportedTypes()
            .Where(type => Namespaces.Contains(type.Namespace))
            .Select(type => type.FullName!.Replace('+', '.')),
    ];

    [Theory]
    [MemberData(nameof(PublicTypes))]
    public void A_public_type_has_an_example(string type)
        => Assert.True(Examples.Value.ContainsKey(type), $"{type} has no <example><code>…</code></example>");

    [Fact]
    public void Examples_and_README_compile()
    {
        var readme = ReadmeBlocks().ToList();
        Assert.NotEmpty(readme);
        var errors = Errors([.. Examples.Value.Select(example => (example.Key, example.Value)), .. readme]);
        Assert.True(errors.Count == 0, string.Join('\n', errors));
    }

    [Fact]
    public void README_opens_with_ten_lines_that_connect_query_and_watch()
    {
        var (_, code) = ReadmeBlocks().First();
        Assert.InRange(code.Split('\n').Length, 1, 10);
        Assert.All(["ConnectAsync", "QueryStatus", "Subscribe", "await foreach"], word => Assert.Contains(word, code, StringComparison.Ordinal));
    }

    [Fact]
    public void An_example_that_does_not_compile_is_named_with_its_line()
    {
        var errors = Errors([("Pve.Qmp.Good", "await qemu.DisposeAsync();"), ("Pve.Qmp.Bad", "int i = 1;\nint j = qemu.Nonsense;")]);
        var error = Assert.Single(errors);
        Assert.StartsWith("Pve.Qmp.Bad line 2: ", error, StringComparison.Ordinal);
        Assert.Contains("Nonsense", error, StringComparison.Ordinal);
    }

    // One compilation for all: most of its cost is to read the framework.
    private static List<string> Errors(IReadOnlyList<(string Name, string Code)> examples)
    {
        var trees = examples.Select((example, index) => CSharpSyntaxTree.ParseText(Wrap(example.Name, example.Code, index)));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);
        var compilation = CSharpCompilation.Create("Examples", trees.Prepend(CSharpSyntaxTree.ParseText(Scope)), references, options);
        return
        [
            .. compilation.GetDiagnostics()
                .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
                .Select(error => (Span: error.Location.GetMappedLineSpan(), Text: $"{error.Id} {error.GetMessage(null)}"))
                .Select(error => $"{error.Span.Path} line {error.Span.StartLinePosition.Line + 1}: {error.Text}"),
        ];
    }

    private static string Wrap(string name, string code, int index)
    {
        var usings = UsingDirective().Matches(code).Select(match => match.Value);
        return $$"""
            {{Usings}}
            {{string.Join('\n', usings.Where(line => !Usings.Contains(line, StringComparison.Ordinal)))}}
            internal sealed class Example{{index}} : Scope
            {
                public async Task RunAsync()
                {
            #line 1 "{{name}}"
            {{UsingDirective().Replace(code, "")}}
            #line hidden
                }
            }
            """;
    }

    private static Dictionary<string, string> ReadExamples()
        => XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Pve.Qmp.xml")).Descendants("member")
            .Select(member => (Name: member.Attribute("name")!.Value, Code: string.Join('\n', member.Elements("example").Elements("code").Select(Text))))
            .Where(member => member.Name.StartsWith("T:", StringComparison.Ordinal))
            .Select(member => (Name: member.Name[2..], member.Code))
            .Where(example => !string.IsNullOrWhiteSpace(example.Code))
            .ToDictionary(example => example.Name, example => example.Code);

    private static string Text(XElement code) => code.Value.Trim('\n');

    private static IEnumerable<(string Name, string Code)> ReadmeBlocks()
        => CSharpBlock().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Pve.Qmp.README.md")).ReplaceLineEndings("\n"))
            .Select((match, index) => ($"README.md, block {index + 1},", match.Groups[1].Value));

    [GeneratedRegex(@"^```csharp\n(.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"^using [\w.]+;", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();
}
