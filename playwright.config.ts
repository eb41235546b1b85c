import { defineConfig } from "@playwright/test";

/** The one-time address that `npm start` prints; `npm test` passes it on. */
const owner = process.env.FAULTLINE_OWNER_ADDRESS;
if (!owner) throw new Error("Set FAULTLINE_OWNER_ADDRESS to a fresh owner address (npm start prints one), or run npm test.");

const output = process.env.FAULTLINE_E2E_OUTPUT ?? "test-results";
export const ownerSession = `${output}/owner.json`;

export default defineConfig({
	testDir: "e2e",
	outputDir: `${output}/artefacts`,
	// One lab at a time on few cores; a test that needs a second try shows a defect.
	workers: 1,
	retries: 0,
	fullyParallel: false,
	forbidOnly: true,
	// Against hanging: a cluster takes half a minute, on a busy host some.
	timeout: 600_000,
	expect: { timeout: 30_000 },
	reporter: [["list"], ["json"]],
	use: {
		baseURL: new URL(owner).origin,
		// Debian's: Playwright's own download needs a host that not every network reaches.
		launchOptions: { executablePath: process.env.FAULTLINE_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] },
		trace: "retain-on-failure",
		screenshot: "only-on-failure",
	},
	projects: [
		{ name: "owner", testMatch: /owner\.setup\.ts/ },
		{ name: "chromium", dependencies: ["owner"], use: { storageState: ownerSession } },
	],
});
