// The README's pictures, from a running Faultline with an open lab:
//   node e2e/support/take-screenshots.mjs <owner address> <lab id> [folder]
import { join } from "node:path";
import { chromium } from "@playwright/test";

const [owner, lab, folder = "docs/screenshots"] = process.argv.slice(2);
if (!owner || !lab) {
	console.error("node e2e/support/take-screenshots.mjs <owner address> <lab id> [folder]");
	process.exit(2);
}
const origin = new URL(owner).origin;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
	const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
	const page = await context.newPage();
	await page.goto(owner);
	for (const colorScheme of ["light", "dark"]) {
		await page.emulateMedia({ colorScheme });
		await page.goto(`${origin}/`);
		await page.getByRole("list", { name: "Scenarios" }).waitFor();
		await page.screenshot({ path: join(folder, `catalogue-${colorScheme}.png`) });
		await page.goto(`${origin}/labs/${lab}`);
		await page.getByText("Connected", { exact: true }).waitFor();
		await page.getByRole("list", { name: "Objectives" }).waitFor();
		await page.getByRole("textbox", { name: "Terminal input" }).focus();
		await page.keyboard.type("clear; kubectl get pods; kubectl get services; kubectl get endpointslices\n");
		// The terminal draws on a canvas: there is no text to wait for.
		await page.waitForTimeout(4000);
		await page.screenshot({ path: join(folder, `lab-${colorScheme}.png`) });
	}
} finally {
	await browser.close();
}
