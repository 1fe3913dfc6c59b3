using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;

namespace Pve.Migration.Tunnel;

// What a server does with each command of one tunnel, whatever its dialect.
internal sealed class MtunnelCommands(IMtunnelHandler handler, int vmid, bool forwards, ILogger logger)
{
    /// <summary>Whether the client said <c>quit</c>.</summary>
    public bool HasQuit { get; private set; }

    /// <summary>Whether a resume was asked for, whatever became of it: the guest may run here.</summary>
    public bool MayRun { get; private set; }

    public async Task<MtunnelReply> HandleAsync(MtunnelCommand command, CancellationToken cancellationToken)
    {
        try
        {
            return await DispatchAsync(command, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (MtunnelRefusedException e)
        {
            logger.ServerRefused(command.ToString(), SecretMask.Apply(e.ErrorText));
            return MtunnelReply.Refused(Failed(command, e.ErrorText));
        }
#pragma warning disable CA1031 // whatever a handler throws, the peer must get an answer: its alternative is a 30 s timeout inside the pause
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.ServerHandlerFailed(command.ToString(), SecretMask.Apply(e.ToString()));
            return MtunnelReply.Refused(Failed(command, SecretMask.Apply(e.Message)));
        }
    }

    private async Task<MtunnelReply> DispatchAsync(MtunnelCommand command, CancellationToken cancellationToken)
    {
        switch (command.Kind)
        {
            case MtunnelCommandKind.Malformed:
                return MtunnelReply.Refused(command.Name!);
            case MtunnelCommandKind.ResumeOutOfRange:
                return MtunnelReply.Refused($"a VM id has 1 to {MtunnelCommand.MaxVmidDigits} digits");
            case MtunnelCommandKind.Resume:
                await ResumeAsync(command.Vmid, cancellationToken).ConfigureAwait(false);
                return MtunnelReply.Ok;
            case MtunnelCommandKind.Quit when command.Name is null: // v0 and v1
                HasQuit = true;
                return MtunnelReply.Ok;
        }

        if (HasQuit)
        {
            return MtunnelReply.Refused($"tunnel is in exit-mode, processing '{Shown(command)}' cmd not possible");
        }

        if (!MtunnelVocabulary.TryFind(command.Name!, out var word) || !Knows(word.Name))
        {
            return MtunnelReply.Refused($"unknown command '{Shown(command)}' given");
        }

        if (word.Name == MtunnelVocabulary.Forward)
        {
            return MtunnelReply.Refused(Failed(command, "it begins a connection of its own"));
        }

        return MtunnelParameters.Check(word, command.Parameters) is { } wrong
            ? MtunnelReply.Refused(Failed(command, wrong))
            : await ExecuteAsync(command, cancellationToken).ConfigureAwait(false);
    }

    private async Task<MtunnelReply> ExecuteAsync(MtunnelCommand command, CancellationToken cancellationToken)
    {
        switch (command.Name)
        {
            case MtunnelVocabulary.Version:
                return MtunnelReply.Ok with { Result = Versions() };
            case MtunnelVocabulary.Resume:
                await ResumeAsync(vmid, cancellationToken).ConfigureAwait(false);
                return MtunnelReply.Ok;
            case MtunnelVocabulary.Quit:
                if (command.Parameters.TryGetProperty("cleanup", out var cleanUp) && Wants(cleanUp))
                {
                    await handler.CleanUpAsync(vmid, cancellationToken).ConfigureAwait(false);
                }

                HasQuit = true; // one whose clean-up was refused may be said again, and is no quit
                return MtunnelReply.Ok;
            default:
                MayRun |= command.Name == MtunnelVocabulary.ResumeWhenCompleted;
                logger.ServerExecute(command.Name!, vmid);
                var result = await handler.ExecuteAsync(new MtunnelRequest(vmid, command.Name!, command.Parameters), cancellationToken).ConfigureAwait(false);
                return MtunnelReply.Ok with { Result = result };
        }
    }

    private Task ResumeAsync(int resumed, CancellationToken cancellationToken)
    {
        MayRun = true;
        logger.ServerResume(resumed);
        return handler.ResumeAsync(resumed, cancellationToken);
    }

    private bool Knows(string name)
        => name is MtunnelVocabulary.Version or MtunnelVocabulary.Resume or MtunnelVocabulary.Quit
            || (name == MtunnelVocabulary.Forward ? forwards : handler.Commands.Contains(name));

    // {"api": 2, "age": 0, "capabilities": […]}: Proxmox VE's client looks at the first two
    private JsonElement Versions() => WireValue.Object(json =>
    {
        json.WriteNumber("api", MtunnelVocabulary.Api);
        json.WriteNumber("age", MtunnelVocabulary.Age);
        json.WriteStartArray("capabilities");
        if (handler.ClaimsOwnership)
        {
            json.WriteStringValue(MtunnelVocabulary.Claims);
        }

        foreach (var command in handler.Commands.Append(MtunnelVocabulary.Forward).Order(StringComparer.Ordinal))
        {
            if (MtunnelVocabulary.TryFind(command, out var word) && word.IsOurs && Knows(command))
            {
                json.WriteStringValue(command);
            }
        }

        json.WriteEndArray();
    });

    // Perl takes any other text for true
    private static bool Wants(JsonElement value) => WireValue.IsTrue(value) ?? value.ValueKind == JsonValueKind.String;

    // v1's codec puts its own words in front
    private static string Failed(MtunnelCommand command, string text)
        => command.Name is not null ? $"failed to handle '{Shown(command)}' command - {text}" : text;

    private static string Shown(MtunnelCommand command) => WireText.ToName(command.Name!);
}
