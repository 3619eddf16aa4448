using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// The restricted profile. What a user sets wins field by field, so that leaving one thing out never opens another; and no default of ours
/// contradicts what is set, for such a pod could never run: the server refuses it, or the node does.
/// </summary>
internal static class SecurityDefaults
{
    /// <summary>The user of our images. All containers of a pod share it unless told otherwise: they meet at one socket.</summary>
    public const long UserId = 65532;

    public static PodSecurityContext Pod(PodSecurityContext? asked)
    {
        asked ??= new();
        return asked with
        {
            RunAsNonRoot = asked.RunAsNonRoot ?? asked.RunAsUser != 0,
            RunAsUser = asked.RunAsUser ?? UserId,
            RunAsGroup = asked.RunAsGroup ?? UserId,
            FsGroup = asked.FsGroup ?? UserId,
            FsGroupChangePolicy = asked.FsGroupChangePolicy ?? "OnRootMismatch",
            SeccompProfile = asked.SeccompProfile ?? new("RuntimeDefault"),
        };
    }

    public static SecurityContext Container(SecurityContext? asked, bool? readOnlyRoot = null)
    {
        asked ??= new();
        return asked with
        {
            AllowPrivilegeEscalation = asked.AllowPrivilegeEscalation ?? (Escalates(asked) ? null : false),
            RunAsNonRoot = asked.RunAsNonRoot ?? (asked.RunAsUser == 0 ? false : null),
            ReadOnlyRootFilesystem = asked.ReadOnlyRootFilesystem ?? readOnlyRoot,
            Capabilities = new(asked.Capabilities?.Drop ?? ["ALL"], asked.Capabilities?.Add),
        };
    }

    /// <summary>What the server does not take together with allowPrivilegeEscalation: false.</summary>
    private static bool Escalates(SecurityContext asked) =>
        asked.Privileged == true || asked.Capabilities?.Add?.Any(one => one is "CAP_SYS_ADMIN" or "SYS_ADMIN" or "ALL") == true;

    /// <summary>
    /// To pin memory by capability the process has to be root: without a user namespace a capability of another user is not effective.
    /// </summary>
    public static SecurityContext WithIpcLock(SecurityContext restricted) => restricted with
    {
        RunAsUser = 0,
        RunAsNonRoot = false,
        Capabilities = new(restricted.Capabilities?.Drop ?? ["ALL"],
            ["IPC_LOCK", .. restricted.Capabilities?.Add?.Where(one => one != "IPC_LOCK") ?? []]),
    };
}
