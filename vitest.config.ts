import { defineConfig } from "vitest/config";

const everywhere = ["node_modules/**", ".next*/**", ".toolchain/**", "e2e/**"];
/** What a test waits for comes soon, on a busy host after a while: limits against hanging, not measures. */
const patient = { poll: { timeout: 60_000 } };

export default defineConfig({
	test: {
		projects: [
			{
				test: {
					name: "unit",
					include: ["**/*.test.ts", "**/*.test.tsx"],
					exclude: [...everywhere, "**/*.integration.test.ts"],
					expect: patient,
					// Types and lint run beside them on few cores: on two of them, at a load of 30, one took 22 s instead of 2.
					testTimeout: 180_000,
					hookTimeout: 60_000,
				},
			},
			{
				test: {
					name: "integration",
					include: ["**/*.integration.test.ts"],
					exclude: everywhere,
					// Real clusters share the host's memory and cores: one file after the other.
					fileParallelism: false,
					expect: patient,
					testTimeout: 600_000,
					hookTimeout: 600_000,
				},
			},
		],
	},
});
