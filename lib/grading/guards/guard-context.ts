import type { BaselineObject } from "../../scenarios/manifests.ts";
import type { ClusterView } from "../cluster-view.ts";

/** What a guard looks at. */
export interface GuardContext {
	/** The cluster as it is. */
	view: ClusterView;
	/** The cluster as the fault left it; undefined where there was no fault yet. */
	before: ClusterView | undefined;
	/** The healthy system as its manifests say it. */
	baseline: readonly BaselineObject[];
	/** Meant where a rule names none. */
	namespace: string;
}
