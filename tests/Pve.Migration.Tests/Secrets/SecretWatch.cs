using System.Collections;

namespace Pve.Migration.Tests.Secrets;

/// <summary>Looks for secrets in whatever is told.</summary>
internal static class SecretWatch
{
    /// <summary>Neither a secret nor half of one is in a text, nor anywhere in an exception: its text, its data, its inner ones'.</summary>
    public static void AssertUntold(IReadOnlyCollection<string> secrets, IEnumerable<string> texts, params Exception?[] exceptions)
    {
        string all = string.Join('\n', texts.Concat(exceptions.OfType<Exception>().SelectMany(TextsOf)));
        Assert.All(secrets, secret => Assert.DoesNotContain(secret[..(secret.Length / 2)], all, StringComparison.OrdinalIgnoreCase));
    }

    private static IEnumerable<string> TextsOf(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            yield return e.ToString();
            foreach (DictionaryEntry entry in e.Data)
            {
                yield return $"{entry.Key} {entry.Value}";
            }
        }
    }
}
