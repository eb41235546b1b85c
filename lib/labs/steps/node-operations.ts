import type { z } from "zod";
import type { nodeOperation } from "../../scenarios/schema.ts";

type NodeOperation = z.infer<typeof nodeOperation>;

/** What a fault may do on a node: commands as argument arrays, run one after another. Nothing a scenario writes gets here. */
export const nodeOperations: Readonly<Record<NodeOperation, readonly (readonly string[])[]>> = {
	/** Drops kube-proxy's rules (nftables mode): they outlive a dead kube-proxy, so a story about one needs them gone. */
	"flush-service-rules": [["nft", "delete", "table", "ip", "kube-proxy"]],
};
