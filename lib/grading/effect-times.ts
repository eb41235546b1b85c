/**
 * How long a change may be on its way before traffic shows it, in milliseconds: the one place of these numbers, for the
 * decisive check, live checks and the words that say what is waited for. Upper bounds on a busy host, not averages.
 */

/** From endpoints or a Service to rules on the nodes: kube-proxy gathers changes for a second, and syncs for up to some more. */
export const serviceRulesMs = 10_000;
/** From a policy, or labels that policies look at, to rules on the nodes: milliseconds on a quiet host. */
export const policyRulesMs = 5_000;
/** From an Ingress to the controller's routes: Traefik gathers changes for 2 s. */
export const routesMs = 10_000;
/** A rollout that the learner has just begun; one that is stuck is not waited for longer. */
export const rolloutMs = 20_000;
/** CoreDNS answers from its cache, absent names too, for 30 s (`cache 30`; kubeadm's Corefile). */
export const cachedNameMs = 35_000;
/** From a ConfigMap to the file in a running pod: the kubelet looks every 60 s, with up to 30 s of its own cache. */
export const mountedFileMs = 90_000;
/** From the file to CoreDNS: its `reload` looks every 30 s, plus up to 15 s of jitter. */
export const reloadMs = 45_000;
/** After a change of which nothing tells when it was made, as a deletion. */
export const unseenChangeMs = 3_000;
