using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using Pve.Migration.Testing.Processes;

namespace Pve.Migration.Testing;

/// <summary>A QEMU that was started here, whose monitors answer, and of which nothing is left after it is disposed.</summary>
public sealed class QemuProcess : IAsyncDisposable
{
    private const int LogCapacity = 16 * 1024;
    private static readonly TimeSpan LogGrace = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly QemuSockets _sockets;
    private readonly TimeProvider _time;
    private readonly BoundedLog _log = new(LogCapacity);

    private Stream? _serial;

    private QemuProcess(Process process, QemuSockets sockets, Stream? serial, TimeProvider time)
    {
        _process = process;
        _sockets = sockets;
        _serial = serial;
        _time = time;
        Pid = process.Id;
        Exited = WaitForExitAsync();
    }

    /// <summary>The process id.</summary>
    public int Pid { get; }

    /// <summary>The monitor for who runs the VM: a unix socket, one client at a time.</summary>
    public string QmpPath => _sockets.Qmp;

    /// <summary>The monitor for who watches the migration: a unix socket, one client at a time.</summary>
    public string WatchPath => _sockets.Watch;

    /// <summary>Completes with the exit code when the process has ended and been reaped; 137 if it was killed.</summary>
    public Task<int> Exited { get; }

    /// <summary>What it wrote on its standard error and output: the last 16 Ki characters.</summary>
    public string StandardError => _log.ToString();

    /// <summary>Starts a QEMU and waits until its main loop answers.</summary>
    /// <param name="options">What to start.</param>
    /// <param name="time">Limits the waits; null for the system's.</param>
    /// <param name="cancellationToken">Gives up and leaves nothing behind.</param>
    /// <exception cref="QemuStartException">It can't be executed, ended at once, or did not answer in time.</exception>
    /// <exception cref="ArgumentException">The VM's id can't name a socket, or a socket's path is too long.</exception>
    public static async Task<QemuProcess> StartAsync(
        QemuProcessOptions options, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var sockets = new QemuSockets(options);
        time ??= TimeProvider.System;
        using var deadline = new CancellationTokenSource(options.StartTimeout, time);
        Directory.CreateDirectory(options.Directory);
        sockets.Delete();
        SerialFifo? serial = null;
        QemuProcess? qemu = null;
        try
        {
            using var monitor = new StartMonitor(sockets.Start);
            serial = options.SerialPath is null ? SerialFifo.Create(sockets.Serial) : null;
            qemu = new QemuProcess(await SpawnAsync(options, sockets).ConfigureAwait(false), sockets, serial, time);
            await qemu.WaitUntilUpAsync(monitor, deadline.Token, cancellationToken).ConfigureAwait(false);
            return qemu;
        }
        catch
        {
            if (qemu is not null)
            {
                await qemu.DisposeAsync().ConfigureAwait(false);
            }

            serial?.Dispose();
            sockets.Delete();
            throw;
        }
        finally
        {
            File.Delete(sockets.Start);
        }
    }

    /// <summary>Hands over the serial port from its first byte, for good: the taker reads it to its end and disposes it.</summary>
    /// <remarks>Nobody need take it, but a guest that writes stands still once 64 KiB are waiting.</remarks>
    /// <exception cref="InvalidOperationException">It has been taken, or <see cref="QemuProcessOptions.SerialPath"/> leads it elsewhere.</exception>
    public Stream TakeSerial() =>
        Interlocked.Exchange(ref _serial, null) ?? throw new InvalidOperationException("The serial port is not here to be taken.");

    /// <summary>Kills the process, whatever it does, and returns when it has been reaped.</summary>
    public async Task KillAsync()
    {
        if (!Exited.IsCompleted)
        {
            _process.Kill();
        }

        await Exited.ConfigureAwait(false);
    }

    /// <summary>Freezes the process as it is (SIGSTOP): neither guest nor monitors run, sockets stay open.</summary>
    public void Freeze() => Signal(Signals.Stop);

    /// <summary>Lets a frozen process go on (SIGCONT).</summary>
    public void Thaw() => Signal(Signals.Continue);

    /// <summary>Kills and reaps the process, closes the serial port unless it was taken, and deletes the sockets.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _serial, null) is { } untaken)
        {
            await untaken.DisposeAsync().ConfigureAwait(false);
        }

        _process.Dispose();
        _sockets.Delete();
    }

    private static async Task<Process> SpawnAsync(QemuProcessOptions options, QemuSockets sockets)
    {
        var arguments = QemuCommandLine.Build(options, sockets);
        var binary = SearchPath.Find(options.Binary)
            ?? throw new QemuStartException($"There is no {options.Binary}.", null, "");
        if (options.DiesWithUs && SearchPath.Find("setpriv") is { } setpriv)
        {
            arguments.InsertRange(0, ["--pdeathsig", "KILL", binary]);
            binary = setpriv;
        }

        var start = new ProcessStartInfo(binary, arguments)
        {
            WorkingDirectory = Path.GetFullPath(options.Directory),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            var process = await Spawner.StartAsync(start).ConfigureAwait(false);
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception failure)
        {
            throw new QemuStartException($"{binary} can't be executed: {failure.Message}", null, "", failure);
        }
    }

    private async Task WaitUntilUpAsync(StartMonitor monitor, CancellationToken deadline, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(deadline, cancellationToken);
        var up = monitor.HandshakeAsync(giveUp.Token);
        try
        {
            await Task.WhenAny(up, Exited).ConfigureAwait(false);
            if (!Exited.IsCompleted)
            {
                await up.ConfigureAwait(false);
                return;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new QemuStartException("QEMU did not answer in time.", null, StandardError);
        }
        catch (Exception gone) when (gone is IOException or SocketException)
        {
            // its end is what tells why
        }

        await giveUp.CancelAsync().ConfigureAwait(false);
        await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await KillAsync().ConfigureAwait(false);
        var code = await Exited.ConfigureAwait(false);
        throw new QemuStartException($"QEMU ended with exit code {code} before it answered.", code, StandardError);
    }

    private async Task<int> WaitForExitAsync()
    {
        var output = _log.CopyFromAsync(_process.StandardOutput);
        var errors = _log.CopyFromAsync(_process.StandardError);
        await _process.WaitForExitAsync().ConfigureAwait(false);

        // a child of QEMU's, of an exec: migration say, may hold its standard error open for ever
        await Task.WhenAll(output, errors).WaitAsync(LogGrace, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _process.ExitCode;
    }

    private void Signal(int signal)
    {
        if (!Exited.IsCompleted && Signals.Send(Pid, signal) != 0)
        {
            throw new Win32Exception();
        }
    }
}
