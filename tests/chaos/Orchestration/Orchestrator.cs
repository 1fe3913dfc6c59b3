using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Chaos.Scenarios;
using Pve.Migration;
using Pve.Migration.Tests.Engine;
using Pve.Qmp;

namespace Pve.Chaos.Orchestration;

/// <summary>Who migrates, or recovers: a process of its own, so that it can be killed.</summary>
internal sealed class Orchestrator(Assignment assignment, ILoggerFactory logs)
{
    public const string AtTheMoment = "at the moment";

    // Short, so that what waits in vain does not wait long; but a program has to start on a busy machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(15);

    // Beyond the longest fault, so that what can be mended is.
    private static readonly TimeSpan MendPatience = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string path, CancellationToken cancellationToken)
    {
        var assignment = JsonSerializer.Deserialize(await File.ReadAllTextAsync(path, cancellationToken), OrchestrationJson.Default.Assignment)!;
        using var logs = new FileLogs(assignment.Log);
        var ending = await new Orchestrator(assignment, logs).RunAsync(cancellationToken);
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(ending, OrchestrationJson.Default.Ending));
        return 0;
    }

    private async Task<Ending> RunAsync(CancellationToken cancellationToken)
    {
        using var journal = FileJournal.Open(assignment.Journal);
        await using var source = await TryConnectAsync(assignment.SourceMonitor, cancellationToken);
        await using var monitor = assignment.Way == Way.Tunnel ? null : await TryConnectAsync(assignment.TargetMonitor, cancellationToken);
        await using var target = NewTarget(monitor);
        var migrator = new LiveMigrator(new LiveMigratorOptions
        {
            Profile = KindOfRequest.ProfileOf(assignment.Kind),
            SetupTimeout = Patience,
            StallTimeout = Patience,
            LoadTimeout = Patience,
            PausedStepTimeout = Patience,
            AnswerTimeout = Patience,
            ResumeTimeout = Patience,
            RollbackTimeout = Patience,
            MendTimeout = MendPatience,
            LoggerFactory = logs,
        });
        var ownership = new FolderOwnership(new FolderOwnershipOptions { SourceFolder = assignment.SourceOwns, TargetFolder = assignment.TargetOwns });
        var announcer = new Announcer(assignment.AnnouncedMoment, assignment.Waits);
        if (assignment.Recovers)
        {
            var recovered = await migrator.RecoverAsync(
                new RecoveryRequest
                {
                    VmId = Assignment.VmId,
                    Journal = new CountingJournal(journal, announcer),
                    Source = source,
                    Target = target,
                    Ownership = ownership,
                    EndsSource = assignment.Kind == Kind.EndsSource,
                },
                cancellationToken);
            return Tell(recovered.Outcome, recovered.Warnings);
        }

        await using var watchdog = assignment.Kind == Kind.Watchdog ? WatchdogProcess.Start(assignment) : null;
        var report = await migrator.MigrateAsync(
            new MigrationRequest
            {
                VmId = Assignment.VmId,
                Source = source ?? throw new InvalidOperationException("The source is not there."),
                Target = new HookedTarget(target) { Before = call => announcer.ReachAsync(call == Moment.Resume ? call : null) },
                Ownership = ownership,
                Journal = new AnnouncingJournal(journal, announcer),
                Hooks = assignment.AnnouncedMoment == Moment.PreSwitchover ? [new AnnouncingHook(announcer)] : [],
                Disks = [.. Enumerable.Range(0, assignment.Disks).Select(disk => new MigrationDisk($"disk{disk}"))],
                EndsSource = false,
            }.As(assignment, watchdog?.Watchdog),
            cancellationToken: cancellationToken);
        return Tell(report.Outcome, report.Warnings);
    }

    private static Ending Tell(MigrationOutcome outcome, IReadOnlyList<string> warnings) => new(outcome.GetType().Name, outcome.ToString(), warnings);

    private async Task<QmpClient?> TryConnectAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await QmpClient.ConnectAsync(QmpEndpoint.Unix(path), new QmpClientOptions { LoggerFactory = logs }, cancellationToken);
        }
        catch (QmpException) when (assignment.Recovers)
        {
            return null; // gone, as far as we can see
        }
    }

    private IMigrationTarget NewTarget(QmpClient? monitor)
    {
        if (monitor is null && assignment.Way == Way.Monitor)
        {
            return new GoneTarget("target", KillAsync);
        }

        var qemu = monitor is null
            ? IncomingQemu.OutOfReach(assignment.Connect, KillAsync)
            : new IncomingQemu(monitor, assignment.Listen, assignment.Connect, KillAsync) { DisksListenUri = assignment.DisksListen, DisksConnectUri = assignment.DisksConnect };
        return assignment.Way == Way.Monitor ? new LocalTarget(qemu) : new TunnelTarget(qemu, NewTransport(), options: TunnelOptions);
    }

    private SshTransport NewTransport() => new(new SshTransportOptions
    {
        Host = "target",
        ConfigFile = assignment.SshConfig,
        Port = assignment.SshPort,
        ConnectTimeout = StartPatience,
        ServerAliveInterval = TimeSpan.FromSeconds(1),
        Forwards =
        [
            new SocketForward(assignment.Connect["unix:".Length..], assignment.ForwardedTo),
            new SocketForward(assignment.DisksConnect["unix:".Length..], assignment.DisksForwardedTo),
        ],
        RemoteCommand =
        [
            assignment.Mtunnel, "--qmp-dir", assignment.MonitorFolder, "--dialect", "v2", "--vmid", Assignment.VmId.ToString(CultureInfo.InvariantCulture),
        ],
        LoggerFactory = logs,
    });

    private MtunnelClientOptions TunnelOptions => new()
    {
        GreetingTimeout = StartPatience,
        VersionTimeout = StartPatience,
        ResumeTimeout = Patience,
        QuitTimeout = Patience,
        LoggerFactory = logs,
    };

    // Its parent reaps it at once, so a process that is not there is dead.
    private async Task KillAsync(CancellationToken cancellationToken)
    {
        Processes.Signal(assignment.TargetPid, Processes.Kill);
        while (Processes.IsAlive(assignment.TargetPid))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }
}
