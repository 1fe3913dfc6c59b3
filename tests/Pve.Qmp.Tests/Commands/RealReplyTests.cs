using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pve.Qmp.Tests.Commands;

/// <summary>
/// What a QEMU 7.2 with disks, a mirror, an export and a dirty bitmap really answered (replies-7.2.txt; long lists are cut to their first
/// elements), read and written again: nothing is lost, and nothing is added.
/// </summary>
public sealed class RealReplyTests
{
    public static TheoryData<string> Replies => [.. Lines("replies-7.2").Select(line => line.Split(' ')[0])];

    [Theory]
    [MemberData(nameof(Replies))]
    public void A_reply_survives(string command)
    {
        var reply = Lines("replies-7.2").Single(line => line.StartsWith(command + " ", StringComparison.Ordinal))[(command.Length + 1)..];
        dynamic descriptor = typeof(QmpCommands).GetProperties().Select(property => (dynamic)property.GetValue(null)!).Single(known => known.Name == command);
        AssertSurvives(reply, (JsonTypeInfo)descriptor.Result);
    }

    [Fact]
    public void Events_survive()
    {
        foreach (var line in Lines("events-7.2"))
        {
            var words = line.Split(' ', 2);
            dynamic type = typeof(QmpEvents).GetProperties().Select(property => (dynamic)property.GetValue(null)!).Single(known => known.Name == words[0]);
            AssertSurvives(words.Length > 1 ? words[1] : "{}", (JsonTypeInfo)type.Data);
        }
    }

    private static void AssertSurvives(string sent, JsonTypeInfo type)
    {
        var value = JsonSerializer.Deserialize(sent, type);
        Assert.NotNull(value);
        AssertEqual(JsonElement.Parse(sent), JsonSerializer.SerializeToElement(value, type), "");
    }

    private static void AssertEqual(JsonElement sent, JsonElement written, string path)
    {
        Assert.True(sent.ValueKind == written.ValueKind, $"{path}: {sent} became {written}");
        switch (sent.ValueKind)
        {
            case JsonValueKind.Object:
                // the one member that is left out on purpose
                var names = sent.EnumerateObject().Select(member => member.Name).Where(name => name != "singlestep").Order();
                Assert.Equal(names, written.EnumerateObject().Select(member => member.Name).Order());
                foreach (var name in names)
                {
                    AssertEqual(sent.GetProperty(name), written.GetProperty(name), $"{path}.{name}");
                }

                break;
            case JsonValueKind.Array:
                Assert.Equal(sent.GetArrayLength(), written.GetArrayLength());
                foreach (var (one, other) in sent.EnumerateArray().Zip(written.EnumerateArray()))
                {
                    AssertEqual(one, other, path + "[]");
                }

                break;
            case JsonValueKind.Number when path.EndsWith("ns", StringComparison.Ordinal) || path.EndsWith("nsec", StringComparison.Ordinal):
                Assert.InRange(sent.GetInt64() - written.GetInt64(), 0, TimeSpan.NanosecondsPerTick - 1); // a TimeSpan is no finer
                break;
            default:
                Assert.True(JsonElement.DeepEquals(sent, written), $"{path}: {sent} became {written}");
                break;
        }
    }

    private static string[] Lines(string name)
    {
        using var reader = new StreamReader(typeof(RealReplyTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
