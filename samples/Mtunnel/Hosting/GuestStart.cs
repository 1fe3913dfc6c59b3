using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Migration;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Mtunnel.Hosting;

/// <summary><c>start</c>: a QEMU from the template, which listens for the guest's RAM, and for its disks.</summary>
internal sealed class GuestStart(TargetHostOptions options, ILogger logger)
{
    /// <summary>Whether it can be had.</summary>
    public bool IsPossible => options is { Template: not null, Folders.Run: not null };

    /// <returns>The guest, the sockets that the source may reach, and the answer.</returns>
    /// <exception cref="MtunnelRefusedException">It failed, and nothing is left of it.</exception>
    public async Task<(RunningGuest Guest, IReadOnlyList<string> Sockets, JsonElement Answer)> RunAsync(GuestPaths paths, JsonElement parameters, CancellationToken cancellationToken)
    {
        var template = options.Template!;
        var wanted = Wanted(template, paths);
        var exports = StartRequest.Judge(parameters, wanted);
        var line = template.Fill(paths, wanted.ToDictionary(volume => volume.Drive, volume => volume.PathIn(options.Folders.Disks!)));
        var guest = await RunningGuest.StartAsync(line, paths, options.StartPatience, options.TimeProvider, cancellationToken);
        try
        {
            // so that who waits for the guest is told when it is there
            await guest.Monitor.ExecuteAsync(
                QmpCommands.MigrateSetCapabilities, new MigrateSetCapabilities([new(MigrationCapability.Events, true)]), cancellationToken: cancellationToken);
            await guest.Monitor.ExecuteAsync(QmpCommands.MigrateIncoming, new MigrateIncoming($"unix:{paths.Migration}"), cancellationToken: cancellationToken);
            if (exports.Count > 0)
            {
                await NbdExports.StartAsync(guest.Monitor, paths.Nbd, exports, cancellationToken);
            }

            logger.LogInformation("VM {Vmid} waits for its guest: pid {Pid}, {Exports} disks exported", paths.Vmid, guest.Pid, exports.Count);
            return (guest, exports.Count > 0 ? [paths.Migration, paths.Nbd] : [paths.Migration], Answer.Started(paths, exports));
        }
        catch (Exception e)
        {
            await guest.EndAsync();
            var text = e is QmpException or MtunnelRefusedException ? guest.Explain(e is MtunnelRefusedException refused ? refused.ErrorText : e.Message) : null;
            await guest.DisposeAsync();
            throw text is null ? e : new MtunnelRefusedException(text);
        }
    }

    private static IReadOnlyList<Volume> Wanted(QemuTemplate template, GuestPaths paths)
    {
        if (template.Drives.Count == 0)
        {
            return [];
        }

        var made = new ArrivalRecord(paths).Read();
        return
        [
            .. template.Drives.Select(drive => made.LastOrDefault(volume => volume.Drive == drive)
                ?? throw new MtunnelRefusedException($"the template wants {{disk:{drive}}}, and none was allocated: ask for 'disk' first")),
        ];
    }
}
