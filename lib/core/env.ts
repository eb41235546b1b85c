import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { AppError } from "./errors.ts";

const port = z.coerce.number().int().min(1).max(65535);

const unit = { GiB: 1024 ** 3, MiB: 1024 ** 2 };
const bytes = z
	.string()
	.regex(/^\d+(\.\d+)?(GiB|MiB)$/, "a size such as 12GiB or 1500MiB")
	.transform((text) => Number.parseFloat(text) * unit[text.slice(-3) as keyof typeof unit]);

const schema = z.object({
	/** State of this instance: database, recordings, kubeconfigs, engine socket. */
	FAULTLINE_DATA: z.string().default(".faultline"),
	/** Build artefacts addressed by content, shared by checkouts. */
	FAULTLINE_CACHE: z.string().default(join(homedir(), ".cache", "faultline")),
	/** Loopback unless the owner says otherwise. */
	FAULTLINE_HOST: z.string().default("127.0.0.1"),
	FAULTLINE_PORT: port.default(3000),
	/** Further origins that may reach the page, separated by commas: `https://labs.example.org`. */
	FAULTLINE_ORIGINS: z.string().default(""),
	/** `off`: no lab is made before somebody asks for it. */
	FAULTLINE_POOL: z.enum(["on", "off"]).default("on"),
	/** `off`: kind makes every lab's cluster anew, none is cloned. */
	FAULTLINE_CLONES: z.enum(["on", "off"]).default("on"),
	/** Minutes without use after which a lab rests, frozen, until the next key; `off`: never. */
	FAULTLINE_IDLE_REST: z.union([z.literal("off"), z.coerce.number().positive()]).default(10),
	/** The most memory that labs of this instance may take together: `12GiB`. */
	FAULTLINE_MEMORY: bytes.optional(),
	/** Labs that one person may have open or wait for. */
	FAULTLINE_LABS_PER_PERSON: z.coerce.number().int().min(1).default(20),
	/** Disk that prepared clusters may take, in MiB: about 17 for each variant of each scenario. */
	FAULTLINE_CLONES_MIB: z.coerce.number().int().min(0).default(1024),
	FAULTLINE_LOG: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

export interface Env {
	dataDir: string;
	cacheDir: string;
	host: string;
	port: number;
	origins: string[];
	pool: boolean;
	clones: boolean;
	/** Null: labs never rest. */
	idleRestMs: number | null;
	memoryBytes: number | undefined;
	labsPerPerson: number;
	clonesBytes: number;
	logLevel: z.infer<typeof schema>["FAULTLINE_LOG"];
}

/**
 * Reads Faultline's settings from the environment.
 * @throws AppError `bad-environment` naming every wrong variable at once
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
	const parsed = schema.safeParse(source);
	if (!parsed.success) {
		throw new AppError("bad-environment", parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "), {
			kind: "invalid",
			mend: "Correct or unset the named environment variables.",
		});
	}
	const env = parsed.data;
	return {
		dataDir: resolve(env.FAULTLINE_DATA),
		cacheDir: resolve(env.FAULTLINE_CACHE),
		host: env.FAULTLINE_HOST,
		port: env.FAULTLINE_PORT,
		origins: env.FAULTLINE_ORIGINS.split(",")
			.map((origin) => origin.trim())
			.filter(Boolean),
		pool: env.FAULTLINE_POOL === "on",
		clones: env.FAULTLINE_CLONES === "on",
		idleRestMs: env.FAULTLINE_IDLE_REST === "off" ? null : env.FAULTLINE_IDLE_REST * 60_000,
		memoryBytes: env.FAULTLINE_MEMORY,
		labsPerPerson: env.FAULTLINE_LABS_PER_PERSON,
		clonesBytes: env.FAULTLINE_CLONES_MIB * 1024 * 1024,
		logLevel: env.FAULTLINE_LOG,
	};
}
