using System.Diagnostics;
using Pve.Migration;
using Pve.Migration.Transports;

namespace Pve.Benchmarks.Tunnel;

/// <summary>A bare <c>cat</c> behind ssh, and next to nothing on this side: a line there, the same line back.</summary>
internal sealed class SshCat : IAsyncDisposable
{
    private readonly Process _ssh;
    private readonly byte[] _line;
    private readonly byte[] _buffer;

    /// <param name="options">The same as for the tunnel but for the command.</param>
    /// <param name="length">Of the line, without its LF.</param>
    public SshCat(SshTransportOptions options, int length)
    {
        var arguments = SshArguments.ForTunnel(options with { RemoteCommand = ["cat"] });
        _ssh = Process.Start(new ProcessStartInfo(options.SshPath, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _line = [.. Enumerable.Repeat((byte)'x', length), (byte)'\n'];
        _buffer = new byte[length + 1];
    }

    public async Task ExchangeAsync(CancellationToken cancellationToken)
    {
        var stream = _ssh.StandardInput.BaseStream;
        await stream.WriteAsync(_line, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        await _ssh.StandardOutput.BaseStream.ReadExactlyAsync(_buffer, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _ssh.StandardInput.Close();
        await _ssh.WaitForExitAsync();
        _ssh.Dispose();
    }
}
