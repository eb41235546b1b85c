import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readEnv } from "../../core/env.ts";
import { readHostManifest } from "../../core/host.ts";
import { newId } from "../../core/ids.ts";
import { mustRun, runCommand } from "../../core/run-command.ts";

const host = await readHostManifest(readEnv().dataDir);
const name = `fl-${newId()}-workstation`;
const docker = (args: string[], input?: string) => runCommand(host.docker, args, { timeoutMs: 120_000, input });
const asLearner = (script: string) => docker(["exec", "--user", "learner", name, "bash", "-c", script]);

beforeAll(async () => {
	const rights = [
		"--cap-drop",
		"ALL",
		...["CHOWN", "DAC_OVERRIDE", "KILL", "SETGID", "SETUID", "NET_RAW"].flatMap((cap) => ["--cap-add", cap]),
	];
	const args = ["run", "--detach", "--name", name, "--network", "none", "--hostname", "workstation", ...rights, host.images.workstation];
	await mustRun(host.docker, args, { timeoutMs: 60_000 });
	const ready = async () => (await docker(["exec", name, "shell-host", "list"])).exitCode === 0;
	await vi.waitUntil(ready, { timeout: 60_000, interval: 100 });
});

afterAll(async () => {
	await docker(["rm", "--force", "--volumes", name]);
});

test("a shell is the learner's, in the learner's home, with completion of kubectl and k", async () => {
	const attach = ["exec", "--interactive", "--user", "root", name, "shell-host", "attach", "--shell", "one", "--from", "0", "--create"];
	const typed = 'echo "$(id -un) $PWD $TERM $LANG $KUBECONFIG"; k versi\t--client\necho "complete: $(complete -p k)"; exit 3\n';
	const ended = await docker(attach, typed);
	expect(ended.exitCode).toBe(0);
	expect(ended.stdout).toMatch(new RegExp(`^${"\x1b"}_FL;0{20}${"\x1b"}\\\\`));
	expect(ended.stdout).toContain("learner /home/learner xterm-256color C.UTF-8 /home/learner/.kube/config\r\n");
	expect(ended.stdout).toContain("Client Version: v1.");
	expect(ended.stdout).toContain("complete: complete -o default -F __start_kubectl k\r\n");
	expect(ended.stdout.endsWith("\x1b_FX;003\x1b\\")).toBe(true);
});

test("the learner is not root, can't become it, and can't reach shell-host", async () => {
	expect((await asLearner("id -u")).stdout.trim()).toBe("1000");
	expect((await asLearner("su -c id < /dev/null || sudo id || shell-host list || kill -9 1")).exitCode).not.toBe(0);
	expect((await asLearner("find / -xdev -perm -4000 -name 'sudo*'")).stdout).toBe("");
});

test("the learner has the tools of the trade, and may capture packets", async () => {
	const tools = "kubectl curl dig nc tcpdump ping ip ss openssl jq vim nano less ps";
	expect((await asLearner(`for tool in ${tools}; do command -v $tool > /dev/null || echo $tool; done`)).stdout).toBe("");
	const ping = "while kill -0 $! 2> /dev/null; do ping -c 1 127.0.0.1 > /dev/null; done";
	const captured = await asLearner(`tcpdump -i lo -c 1 -w /tmp/seen 2> /dev/null & ${ping}; wc -c < /tmp/seen`);
	expect(Number(captured.stdout)).toBeGreaterThan(24);
});
