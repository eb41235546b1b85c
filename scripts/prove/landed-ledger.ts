import { runCommand } from "../../lib/core/run-command.ts";
import { type Ledger, ledger } from "./ledger.ts";

export interface Landed {
	proofs: Ledger;
	/** Since when, in words: what is compared with. */
	since: string;
}

const daySeconds = 24 * 60 * 60;

/**
 * The ledger before what is to land, by git. A clone of what lands often has it as its own upstream, so there the state of a
 * day before its last commit counts: whatever landed within that day, in however many commits, is proven again by every run
 * of it, also where the run of its own was left out. First parents only, so that a merged branch is as new as its merge.
 * Where there is no git, or not enough history (a shallow clone), the ledger is empty: all is new then, and nothing is
 * taken for proven that could not be compared.
 * @param named a commit to compare with in its place (FAULTLINE_PROOF_BASE)
 */
export async function landedLedger(root: string, named?: string): Promise<Landed> {
	const git = async (...args: string[]) => {
		const { exitCode, stdout } = await runCommand("git", args, { cwd: root, timeoutMs: 60_000 });
		return exitCode === 0 ? stdout.trim() : "";
	};
	try {
		const base = named ? await commitOf(git, named) : ((await upstream(git)) ?? (await aDayBefore(git)));
		if (!base) return { proofs: {}, since: named ? `the beginning: ${named} is no commit here` : "the beginning: no older state is here" };
		const text = await git("show", `${base}:./scenarios/proofs.json`);
		const read = ledger.safeParse(text === "" ? {} : JSON.parse(text));
		return { proofs: read.data ?? {}, since: `commit ${base.slice(0, 9)}` };
	} catch (error) {
		return { proofs: {}, since: `the beginning: ${error instanceof Error ? error.message : String(error)}` };
	}
}

type Git = (...args: string[]) => Promise<string>;

function commitOf(git: Git, name: string): Promise<string> {
	return git("rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`);
}

/** Where what is to land left its upstream, unless it is the upstream. */
async function upstream(git: Git): Promise<string | undefined> {
	const [head, base] = [await commitOf(git, "HEAD"), await git("merge-base", "HEAD", "origin/HEAD")];
	return base !== "" && base !== head ? base : undefined;
}

async function aDayBefore(git: Git): Promise<string> {
	const made = Number(await git("show", "--no-patch", "--format=%ct", "HEAD"));
	return await git("rev-list", "--max-count=1", "--first-parent", `--min-age=${made - daySeconds}`, "HEAD");
}
