using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pve.Migration.Transports;

// ssh's command line, in one pure place.
internal static class SshArguments
{
    // no shell gives these a meaning, wherever in a word they stand; '=' would make an assignment of a first word
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+:,./-");

    // Names end up in ProxyCommand and friends as %h and %r, where a shell reads them.
    private static readonly SearchValues<char> UnfitForNames = SearchValues.Create("'\"`$\\;&<>|(){}*?!# \t\r\n\0");

    // ssh splits -L at ':' and expands %x and ${X} in it
    private static readonly SearchValues<char> UnfitForForwards = SearchValues.Create(":%$\\'\"\r\n\t \0");

    public static IReadOnlyList<string> ForTunnel(SshTransportOptions options)
    {
        List<string> arguments = Common(options);
        Option(arguments, options.ControlPath is null ? "ControlPath=none" : $"ControlPath={options.ControlPath}");
        Option(arguments, "ExitOnForwardFailure=yes");
        Option(arguments, "StreamLocalBindUnlink=yes");
        foreach (SocketForward forward in options.Forwards)
        {
            arguments.Add("-L");
            arguments.Add($"{forward.LocalPath}:{forward.RemotePath}");
        }

        return Finish(arguments, options.Host, options.RemoteCommand);
    }

    public static IReadOnlyList<string> ForCommand(SshTransportOptions options, IReadOnlyList<string> command)
    {
        List<string> arguments = Common(options);
        if (options.ControlPath is not null)
        {
            Option(arguments, $"ControlPath={options.ControlPath}");
        }

        // a configuration's forwards are for its user's sessions: here they would only be in the way of each other
        Option(arguments, "ClearAllForwardings=yes");
        return Finish(arguments, options.Host, command);
    }

    // Only the forward, no command; over a connection of its own, since a master would keep it.
    public static IReadOnlyList<string> ForForward(SshTransportOptions options, SocketForward forward)
    {
        List<string> arguments = Common(options);
        Option(arguments, "ControlPath=none");
        Option(arguments, "ExitOnForwardFailure=yes");
        Option(arguments, "StreamLocalBindUnlink=yes");
        arguments.AddRange(["-N", "-L", $"{forward.LocalPath}:{forward.RemotePath}", "--", options.Host]);
        return arguments;
    }

    // Asks a master to give up the forwards that it keeps for children that are gone.
    public static IReadOnlyList<string> ForCancel(SshTransportOptions options)
    {
        List<string> arguments = Common(options);
        Option(arguments, $"ControlPath={options.ControlPath}");
        arguments.AddRange(["-O", "cancel"]);
        foreach (SocketForward forward in options.Forwards)
        {
            arguments.AddRange(["-L", $"{forward.LocalPath}:{forward.RemotePath}"]);
        }

        arguments.AddRange(["--", options.Host]);
        return arguments;
    }

    // Removes what is a socket, and listened at by nobody over there.
    public static IReadOnlyList<string> RemoveSockets(IEnumerable<string> paths) =>
    [
        "sh",
        "-c",
        "for p; do if [ -S \"$p\" ] && ! grep -sF -- \" $p\" /proc/net/unix | grep -q ' 00010000 '; then rm -f -- \"$p\"; fi; done",
        "sh",
        .. paths,
    ];

    // ssh joins the words of the command with spaces and hands them to the login shell over there
    public static string Quote(IReadOnlyList<string> command)
    {
        var line = new StringBuilder();
        foreach (string word in command)
        {
            if (word.Contains('\0', StringComparison.Ordinal))
            {
                throw new ArgumentException("a command cannot hold a NUL", nameof(command));
            }

            if (line.Length > 0)
            {
                line.Append(' ');
            }

            if (word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Plain))
            {
                line.Append(word);
            }
            else
            {
                line.Append('\'').Append(word.Replace("'", "'\\''", StringComparison.Ordinal)).Append('\'');
            }
        }

        return line.ToString();
    }

    public static void ThrowIfUnfitForCommandLine(string value, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, name);
        if (value[0] == '-' || value.AsSpan().ContainsAny(UnfitForNames))
        {
            throw new ArgumentException($"{name} '{value}' could be taken for something else than a name", name);
        }
    }

    public static void ThrowIfUnfitForForward(string path, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(path, name);
        if (path[0] != '/' || path.AsSpan().ContainsAny(UnfitForForwards) || Encoding.UTF8.GetByteCount(path) > LocalSockets.MaxPath)
        {
            throw new ArgumentException(
                $"{name} '{path}' must be absolute, at most {LocalSockets.MaxPath} bytes, and without spaces, quotes, ':', '%', '$' and '\\'", name);
        }
    }

    // Of an option given twice ssh takes the first: the user's come first.
    private static List<string> Common(SshTransportOptions options)
    {
        List<string> arguments = [];
        if (options.ConfigFile is not null)
        {
            arguments.Add("-F");
            arguments.Add(options.ConfigFile);
        }

        foreach (string extra in options.ExtraOptions)
        {
            Option(arguments, extra);
        }

        // no terminal, no agent, no X11
        arguments.AddRange(["-T", "-a", "-x"]);
        Option(arguments, "BatchMode=yes");
        if (options.ConfigFile is null)
        {
            Option(arguments, "StrictHostKeyChecking=yes");
        }

        Option(arguments, $"ConnectTimeout={WholeSeconds(options.ConnectTimeout)}");
        Option(arguments, $"ServerAliveInterval={WholeSeconds(options.ServerAliveInterval)}");
        Option(arguments, string.Create(CultureInfo.InvariantCulture, $"ServerAliveCountMax={options.ServerAliveCountMax}"));
        Pair(arguments, "-p", options.Port?.ToString(CultureInfo.InvariantCulture));
        Pair(arguments, "-l", options.User);
        Pair(arguments, "-i", options.IdentityFile);
        Pair(arguments, "-J", options.JumpHost);
        return arguments;
    }

    // behind "--" ssh takes nothing for an option any more, not even behind the host
    private static List<string> Finish(List<string> arguments, string host, IReadOnlyList<string> command)
    {
        arguments.AddRange(["--", host, Quote(command)]);
        return arguments;
    }

    private static void Option(List<string> arguments, string option) => arguments.AddRange(["-o", option]);

    private static void Pair(List<string> arguments, string name, string? value)
    {
        if (value is not null)
        {
            arguments.AddRange([name, value]);
        }
    }

    private static string WholeSeconds(TimeSpan time) => Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
