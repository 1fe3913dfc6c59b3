namespace Pve.Migration;

/// <summary>A unix socket at the client's side that leads to a unix socket at the server's side; both are absolute paths.</summary>
public sealed record SocketForward(string LocalPath, string RemotePath);
