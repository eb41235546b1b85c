import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";

// One lab carries all of it: a cluster takes half a minute, and people too do these things one after another.
test.describe.configure({ mode: "serial" });

const dataDir = process.env.FAULTLINE_DATA ?? ".faultline";
const scenario = "The list that stays empty";
/** Asked for while there is no room for it: of one node too. */
const second = "Endpoints, and still refused";
let page: Page;
let secondPage: Page;
const problems: string[] = [];

test.beforeAll(async ({ browser }) => {
	page = await openPage(await browser.newContext());
});

async function openPage(context: BrowserContext): Promise<Page> {
	const opened = await context.newPage();
	opened.on("console", (message) => {
		if (message.type() === "error") problems.push(message.text());
	});
	opened.on("pageerror", (error) => problems.push(error.message));
	return opened;
}

test.afterEach(() => {
	expect(problems.splice(0), "errors in the browser's console").toEqual([]);
});

const objective = (title: RegExp) => page.getByRole("list", { name: "Objectives" }).getByRole("listitem").filter({ hasText: title });
const terminalOf = (on: Page) => on.getByRole("textbox", { name: "Terminal input" });
const terminal = () => terminalOf(page);

async function type(line: string) {
	await terminal().focus();
	await page.keyboard.type(`${line}\n`);
}

/** All that the lab's shell has written, from its recording. */
function recordedOutput(): string {
	const folder = join(dataDir, "attempts", new URL(page.url()).pathname.split("/").at(-1) ?? "");
	const [recording = ""] = readdirSync(folder).filter((name) => name.endsWith(".cast"));
	const [, ...events] = readFileSync(join(folder, recording), "utf8").trim().split("\n");
	const output = events.map((line) => JSON.parse(line)).flatMap(([, kind, text]) => (kind === "o" ? [text] : []));
	return output.join("").replaceAll("\r", "");
}

/** As Ctrl+V does on a page without a clipboard of its own: plain http on a local network. */
async function paste(text: string) {
	await terminal().focus();
	await page.evaluate((pasted) => {
		const clipboardData = new DataTransfer();
		clipboardData.setData("text/plain", pasted);
		document.activeElement?.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
	}, text);
	await page.keyboard.press("Enter");
}

test("the catalogue names what users see and starts a lab", async () => {
	await page.goto("/");
	await expect(page.getByRole("heading", { name: scenario })).toBeVisible();
	expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
	await page
		.getByRole("button", { name: `Start ${scenario}` })
		.first()
		.click();
	await expect(page).toHaveURL(/\/labs\/[a-z0-9]+$/);
});

test("getting ready names its stages, and ends with a broken system and a prompt", async () => {
	await expect(page.getByRole("heading", { name: "Getting the lab ready" })).toBeVisible();
	await expect(page.getByText("Creating the cluster", { exact: true })).toBeVisible();
	await expect(objective(/reach .* by its name/)).toContainText("fails", { timeout: 420_000 });
	await expect(objective(/Reviews are still shown/)).toContainText("passes");
	await expect(terminal()).toBeVisible();
});

test("an objective says what was expected, what was seen, and from where", async () => {
	await objective(/reach .* by its name/)
		.getByRole("button")
		.click();
	await expect(objective(/reach .* by its name/)).toContainText(/refused/);
	await expect(objective(/reach .* by its name/)).toContainText(/pod /);
});

test("a reload keeps the shell, what it shows and what it knows", async () => {
	await page.getByRole("button", { name: "More about this lab" }).click();
	await page.getByRole("menuitemcheckbox", { name: "Screen reader mode" }).click();
	await paste("kept=ü; echo before-$((40+2)) $kept");
	await expect(page.locator(".xterm")).toContainText("before-42 ü");
	await page.reload();
	await expect(page.locator(".xterm")).toContainText("before-42 ü");
	await type('echo "after-$kept"');
	await expect(page.locator(".xterm")).toContainText("after-ü");
});

test("a page that turns narrow and wide while somebody types loses no key, and stays connected", async () => {
	const connections: string[] = [];
	page.on("websocket", (socket) => connections.push(socket.url()));
	const wide = page.viewportSize() ?? { width: 1280, height: 720 };
	const sheets = page.getByRole("tablist", { name: "Desk" });
	const word = "abcdefghijklmnopqrstuvwxyz0123456789";
	let narrow = false;
	await terminal().focus();
	for (const [index, key] of [...`echo turned-$((40+2))-${word}`].entries()) {
		if (index % 6 !== 5) {
			await page.keyboard.type(key);
			continue;
		}
		narrow = !narrow;
		await Promise.all([page.setViewportSize(narrow ? { ...wide, width: 600 } : wide), page.keyboard.type(key)]);
		await expect(sheets).toHaveCount(narrow ? 1 : 0);
	}
	await page.keyboard.press("Enter");
	await expect.poll(recordedOutput).toContain(`turned-42-${word}\n`);
	await page.setViewportSize(wide);
	await expect(sheets).toHaveCount(0);
	await expect(page.getByText("Connected", { exact: true })).toBeVisible();
	expect(connections, "connections that were made anew").toEqual([]);
});

test("engine and web can be killed while a program writes: the shell goes on and not a line is lost or doubled", async () => {
	await type("for i in $(seq 300); do echo line-$i; sleep 0.03; done");
	await expect(page.locator(".xterm")).toContainText("line-20");
	const running = () => {
		const { children } = JSON.parse(readFileSync(join(dataDir, "supervisor.json"), "utf8"));
		return [children.engine.pid, children.web.pid];
	};
	const killed = running();
	for (const pid of killed) process.kill(pid, "SIGKILL");
	await expect.poll(() => running().some((pid) => killed.includes(pid)), { timeout: 120_000 }).toBe(false);
	// Until both answer, what the page asks for is refused; the last line alone may have come before they died.
	const status = () =>
		page.request.get("/api/labs").then(
			(answer) => answer.status(),
			() => "refused",
		);
	await expect.poll(status, { timeout: 120_000 }).toBe(200);
	await expect(page.locator(".xterm")).toContainText("line-300", { timeout: 120_000 });
	await expect(page.getByText("Connected", { exact: true })).toBeVisible({ timeout: 60_000 });
	await expect(page.getByText("The connection to Faultline is lost.")).toHaveCount(0, { timeout: 60_000 });
	expect(recordedOutput().match(/line-\d+(?=\n)/g)).toEqual(Array.from({ length: 300 }, (_, index) => `line-${index + 1}`));
	await expect(objective(/reach .* by its name/)).toContainText("fails");
	// The browser says of each connection in between that it was refused.
	problems.length = 0;
});

test("the fix typed into the terminal turns the objectives by itself", async () => {
	await type('ns=$(kubectl get ns -o name | cut -d/ -f2 | grep -vE "^(default|kube-|local-)" | head -1)');
	await type("kubectl -n $ns get svc,deploy -o wide");
	// The one Service whose selector matches no pod gets the label of the Deployment of its own name.
	await type(
		"for n in $(kubectl -n $ns get svc -o custom-columns=:.metadata.name); do " +
			"[ -n \"$(kubectl -n $ns get endpointslice -l kubernetes.io/service-name=$n -o jsonpath='{.items[*].endpoints[*].addresses}')\" ] || " +
			'kubectl -n $ns patch svc $n --type json -p \'[{"op":"replace","path":"/spec/selector","value":{"app.kubernetes.io/name":"\'$n\'"}}]\'; done',
	);
	await expect(objective(/reach .* by its name/)).toContainText("passes", { timeout: 120_000 });
	await expect(objective(/users/)).toContainText("passes", { timeout: 60_000 });
});

test("the decisive check says beforehand what it does, shows its steps, and ends in the debrief", async () => {
	await page.getByRole("button", { name: "Check", exact: true }).first().click();
	await expect(page.getByRole("dialog")).toContainText("deleted");
	await page.getByRole("button", { name: "Check now" }).click();
	await expect(page.getByText("Checking whether the fix lasts")).toBeVisible();
	await expect(page.getByRole("heading", { name: `Solved: ${scenario}` })).toBeVisible({ timeout: 420_000 });
	expect((await new AxeBuilder({ page }).exclude(".xterm").analyze()).violations).toEqual([]);
});

test("a lab for which there is no room waits, and says where it stands", async () => {
	secondPage = await openPage(page.context());
	await secondPage.goto("/");
	await secondPage
		.getByRole("button", { name: `Start ${second}` })
		.first()
		.click();
	// npm test starts Faultline so; by hand it has to be set.
	await expect(secondPage.getByRole("heading", { name: "Waiting for room" }), "with FAULTLINE_MEMORY=1200MiB").toBeVisible();
	await expect(secondPage.getByRole("definition").first()).toHaveText("1 of 1");
	expect((await new AxeBuilder({ page: secondPage }).analyze()).violations).toEqual([]);
});

test("ending the lab asks first and removes it", async () => {
	await page.getByRole("button", { name: "End", exact: true }).click();
	await page.getByRole("button", { name: "End the lab" }).click();
	await expect(page).toHaveURL(/\/$/);
	await expect(page.getByRole("button", { name: `Start ${scenario}` }).first()).toBeEnabled();
});

test("the lab that waited starts by itself when there is room", async () => {
	await expect(secondPage.getByRole("heading", { name: "Getting the lab ready" })).toBeVisible({ timeout: 120_000 });
	await expect(terminalOf(secondPage)).toBeVisible({ timeout: 420_000 });
	await secondPage.getByRole("button", { name: "End", exact: true }).click();
	await secondPage.getByRole("button", { name: "End the lab" }).click();
	await expect(secondPage).toHaveURL(/\/$/);
});
