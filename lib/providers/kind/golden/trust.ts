/** A host that was busy for one moment makes one lab late; a golden cluster that is not as it was makes each so. */
const failuresInARow = 2;
/** Made anew once: what then fails again has a reason that another making does not mend. */
const makings = 2;

/** Which golden clusters labs may be made from, by key; as long as one engine runs. */
export interface GoldenTrust {
	/**
	 * Notes whether a lab that was made from one was as it should be.
	 * @returns whether it is to be forgotten: two in a row were not
	 */
	judge(key: string, asPrepared: boolean): boolean;
	/** Forgotten so often that it is not made again. */
	isGivenUp(key: string): boolean;
}

export function createGoldenTrust(): GoldenTrust {
	const inARow = new Map<string, number>();
	const forgotten = new Map<string, number>();
	return {
		judge(key, asPrepared) {
			const failures = asPrepared ? 0 : (inARow.get(key) ?? 0) + 1;
			const isOut = failures === failuresInARow;
			inARow.set(key, isOut ? 0 : failures);
			if (isOut) forgotten.set(key, (forgotten.get(key) ?? 0) + 1);
			return isOut;
		},
		isGivenUp: (key) => (forgotten.get(key) ?? 0) >= makings,
	};
}
