namespace Pve.Qmp.Tests.Schema;

/// <summary>What QEMU 7.2 or 10.0 has and this package leaves to <see cref="QmpObject.Others"/>, to names that nobody knew, and to raw events.</summary>
internal static class LeftOut
{
    // Unstable twins of stable members, what QEMU ignores or removed, options of whole families of their own, and the other unit of a
    // time that we have in seconds. Of query-status, which is asked most, an old member that would have to be kept each time.
    public static readonly string[] Members =
    [
        "BlockdevOptionsFile.x-check-cache-dropped",
        "BlockdevOptionsHostDevice.x-check-cache-dropped",
        "BlockdevOptionsQcow2.encrypt",
        "BlockdevOptionsQcow2.overlap-check",
        "CalcDirtyRate.calc-time-unit",
        "DirtyRateInfo.calc-time-unit",
        "MemoryBackendFileObject.x-use-canonical-path-for-ramblock-id",
        "MemoryBackendMemfdObject.x-use-canonical-path-for-ramblock-id",
        "MemoryBackendRamObject.x-use-canonical-path-for-ramblock-id",
        "QmpNothing.calc-time-unit",
        "SecretObject.loaded",
        "StatusInfo.singlestep",
        "ThrottleGroupObject.x-bps-read",
        "ThrottleGroupObject.x-bps-read-max",
        "ThrottleGroupObject.x-bps-read-max-length",
        "ThrottleGroupObject.x-bps-total",
        "ThrottleGroupObject.x-bps-total-max",
        "ThrottleGroupObject.x-bps-total-max-length",
        "ThrottleGroupObject.x-bps-write",
        "ThrottleGroupObject.x-bps-write-max",
        "ThrottleGroupObject.x-bps-write-max-length",
        "ThrottleGroupObject.x-iops-read",
        "ThrottleGroupObject.x-iops-read-max",
        "ThrottleGroupObject.x-iops-read-max-length",
        "ThrottleGroupObject.x-iops-size",
        "ThrottleGroupObject.x-iops-total",
        "ThrottleGroupObject.x-iops-total-max",
        "ThrottleGroupObject.x-iops-total-max-length",
        "ThrottleGroupObject.x-iops-write",
        "ThrottleGroupObject.x-iops-write-max",
        "ThrottleGroupObject.x-iops-write-max-length",
        "TlsCredsAnonObject.loaded",
        "TlsCredsPskObject.loaded",
        "TlsCredsX509Object.loaded",
    ];

    // Of COLO, dumps, RDMA and vfio-user servers.
    public static readonly string[] Events =
    [
        "COLO_EXIT",
        "DUMP_COMPLETED",
        "RDMA_GID_STATUS_CHANGED",
        "VFU_CLIENT_HANGUP",
    ];
}
