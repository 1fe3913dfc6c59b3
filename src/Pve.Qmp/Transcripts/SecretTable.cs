using System.Buffers;
using System.Collections.Frozen;

namespace Pve.Qmp.Transcripts;

/// <summary>What counts as a secret: the names of members, and the commands whose secrets have other names.</summary>
/// <remarks>Names compare without case, hyphens and underscores, and by what follows their last dot.</remarks>
internal sealed class SecretTable
{
    private const int LongestName = 128;

    // A member whose name is this or ends in it is masked, be it a string, a number, an object or an array.
    private static readonly string[] Endings =
    [
        "password", "passwd", "passphrase", "pwd", "secret", "ticket", "token", "psk", "credential", "credentials", "authorization",
        "signature", "privatekey", "secretkey", "apikey", "accesskey", "encryptionkey", "masterkey", "sessionkey",
    ];

    // ... unless it is one of these: they name a secret object, and the object holds the secret (qapi/block-core.json, qapi/crypto.json).
    private static readonly FrozenSet<string> References = FrozenSet.ToFrozenSet(
        ["keysecret", "passwordsecret", "proxypasswordsecret", "cookiesecret", "oldsecret", "newsecret"]);

    // Masked only where the value is a string: rocker's key is an object, a send-key's a list, its cookie a number. As an option in a text:
    // rbd:pool/image:key=…, https://host/disk?sig=…
    private static readonly FrozenSet<string> StringsOnly = FrozenSet.ToFrozenSet(["key", "cookie", "pass", "pin", "sig"]);

    // Commands by name, with the members that are secret in them at any depth: object-add takes properties flat, and before 6.0 in props.
    private static readonly FrozenDictionary<string, string[]> ByCommand = new Dictionary<string, string[]>
    {
        ["object-add"] = ["data", "rawdata", "key"],
        ["change"] = ["arg"], // the VNC password, before 6.0
    }.ToFrozenDictionary();

    // Properties of secret objects that qom-get reads and qom-set writes (crypto/secret.c, crypto/secret_common.c).
    private static readonly FrozenSet<string> SecretProperties = FrozenSet.ToFrozenSet(["data", "rawdata"]);

    private static readonly string[] Anchors =
    [
        "pass", "pwd", "secret", "ticket", "token", "psk", "credential", "authorization", "key", "cookie", "sig",
    ];

    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _more;

    public SecretTable(IEnumerable<string> more)
    {
        string[] names = [.. more];
        _more = names.Select(Normalized).ToFrozenSet().GetAlternateLookup<ReadOnlySpan<char>>();
        Words = SearchValues.Create([.. Anchors, .. names], StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What the names of secrets contain, to find them in text.</summary>
    public SearchValues<string> Words { get; }

    public SecretKind Classify(ReadOnlySpan<char> name)
    {
        Span<char> buffer = stackalloc char[LongestName];
        var normal = buffer[..Normalize(name, buffer)];
        if (_more.Contains(normal))
        {
            return SecretKind.Any;
        }

        foreach (var ending in Endings)
        {
            if (normal.EndsWith(ending))
            {
                return References.GetAlternateLookup<ReadOnlySpan<char>>().Contains(normal) ? SecretKind.None : SecretKind.Any;
            }
        }

        return StringsOnly.GetAlternateLookup<ReadOnlySpan<char>>().Contains(normal) ? SecretKind.Text : SecretKind.None;
    }

    /// <summary>Whether a QOM property of this name holds a secret.</summary>
    public bool IsSecretProperty(ReadOnlySpan<char> name)
        => Classify(name) != SecretKind.None || SecretProperties.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);

    /// <summary>Members that are secret in this command besides those that always are.</summary>
    public static IReadOnlyList<string> MembersOf(string command) => ByCommand.GetValueOrDefault(command) ?? [];

    /// <summary>Whether <paramref name="name"/> is <paramref name="normal"/>, which is written without hyphens.</summary>
    public static bool Same(ReadOnlySpan<char> name, string normal)
    {
        Span<char> buffer = stackalloc char[LongestName];
        return buffer[..Normalize(name, buffer)].SequenceEqual(normal);
    }

    private static string Normalized(string name)
    {
        Span<char> buffer = stackalloc char[LongestName];
        return buffer[..Normalize(name, buffer)].ToString();
    }

    // Of a name too long the end is kept, which is what decides.
    private static int Normalize(ReadOnlySpan<char> name, Span<char> normal)
    {
        name = name[(name.LastIndexOf('.') + 1)..];
        name = name[Math.Max(0, name.Length - normal.Length)..];
        var length = 0;
        foreach (var c in name)
        {
            if (c is not ('-' or '_'))
            {
                normal[length++] = char.ToLowerInvariant(c);
            }
        }

        return length;
    }
}
