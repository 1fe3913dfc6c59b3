using System.Text.Json;

namespace Pve.Qmp.Transcripts;

/// <summary>The commands of a script, in the order they were recorded, and which of them the client has sent.</summary>
internal sealed class ReplayCommands
{
    private readonly List<ReplayCommand> _commands = [];
    private readonly Dictionary<string, Queue<ReplayCommand>> _unanswered = [];
    private int _heard; // all before this one

    public int Count => _commands.Count;

    public ReplayCommand? Next => _heard < _commands.Count ? _commands[_heard] : null;

    public ReplayCommand this[int index] => _commands[index];

    public void Add(ReplayCommand command)
    {
        _commands.Add(command);
        var id = command.RecordedId ?? "";
        if (!_unanswered.TryGetValue(id, out var queue))
        {
            _unanswered.Add(id, queue = []);
        }

        queue.Enqueue(command);
    }

    /// <summary>Takes the oldest command that a reply with this id may answer; none of them had an id where the reply has none.</summary>
    public ReplayCommand? Answer(string? id, int replyPosition)
    {
        if (!_unanswered.TryGetValue(id ?? "", out var queue) || !queue.TryDequeue(out var command))
        {
            return null;
        }

        command.ReplyPosition = replyPosition;
        return command;
    }

    /// <summary>Whether the client has sent the first <paramref name="count"/> commands.</summary>
    public bool AreHeard(int count) => _heard >= count;

    /// <summary>Takes what the client sent for the command that is due, or for one that was in flight together with it.</summary>
    public bool TryHear(JsonElement actual, TimeSpan now)
    {
        for (var i = _heard; i < _commands.Count && _commands[i].Position < _commands[_heard].ReplyPosition; i++)
        {
            var command = _commands[i];
            if (command.ArrivedAt is null && CommandMatch.IsMatch(command.Json, actual))
            {
                command.Arrive(now, actual);
                while (Next is { ArrivedAt: not null })
                {
                    _heard++;
                }

                return true;
            }
        }

        return false;
    }
}
