namespace Pve.Qmp;

/// <summary>A command in QEMU's schema.</summary>
public sealed class QmpSchemaCommand
{
    internal QmpSchemaCommand(string name, QmpSchemaType arguments, QmpSchemaType result, bool allowsOutOfBand, IReadOnlyList<string> features)
        => (Name, Arguments, Result, AllowsOutOfBand, Features) = (name, arguments, result, allowsOutOfBand, features);

    /// <summary>The name on the wire.</summary>
    public string Name { get; }

    /// <summary>The object of its arguments; one without members where it takes none.</summary>
    public QmpSchemaType Arguments { get; }

    /// <summary>What it returns; an object without members where that is nothing.</summary>
    public QmpSchemaType Result { get; }

    /// <summary>Whether it may be executed out of band.</summary>
    public bool AllowsOutOfBand { get; }

    /// <summary>What QEMU says of the command, such as <c>deprecated</c> or <c>unstable</c>.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>
    /// Whether it takes arguments that the schema does not list: <c>device_add</c> takes every property of its device. So did
    /// <c>netdev_add</c> and <c>object-add</c> in old QEMUs (qapi/qdev.json; <c>'gen': false</c> in qapi/net.json before 5.1 and qapi/qom.json before 6.0).
    /// </summary>
    public bool HasUnlistedArguments
        => Name == "device_add" || (Name is "netdev_add" or "object-add" && Arguments.Variants.Count == 0);

    /// <summary>The command's name.</summary>
    public override string ToString() => Name;
}
