import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout that this file belongs to. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * The environment for Faultline's own programs: state is where the caller says, else in the checkout, wherever the
 * caller stands.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function programEnv(env = process.env) {
	const said = env.FAULTLINE_DATA;
	return { ...env, FAULTLINE_DATA: said ? resolve(env.INIT_CWD ?? process.cwd(), said) : join(root, ".faultline") };
}
