namespace Pve.Qmp.Tests.Schema;

/// <summary>A member of an object of QEMU's schema, as <c>name=type</c> or <c>name?=type</c>.</summary>
internal sealed record QemuMember(string Name, string Type, bool Optional)
{
    public static QemuMember Parse(string word)
    {
        var equals = word.LastIndexOf('=');
        var name = word[..equals];
        return new(name.TrimEnd('?'), word[(equals + 1)..], name.EndsWith('?'));
    }
}
