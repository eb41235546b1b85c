import { expect, test } from "vitest";
import { creatorsOf, runsOf } from "./orphans.ts";

const kind = (pid: number, name: string) => ({ pid, parent: 1, argv: ["/opt/kind", "create", "cluster", "--name", name, "--image", "x"] });
const run = (pid: number, parent: number, name: string) => ({
	pid,
	parent,
	argv: ["/usr/bin/docker", "run", "--name", name, "--label", "a=b", "image"],
});

const processes = [
	kind(10, "fl-a-b"),
	{ pid: 11, parent: 10, argv: ["docker", "exec", "fl-a-b-control-plane", "kubeadm"] },
	{ pid: 12, parent: 11, argv: ["docker-helper"] },
	run(13, 10, "fl-a-b-worker"),
	run(14, 1, "fl-a-b-workstation"),
	kind(20, "fl-a-c"),
	run(21, 20, "fl-a-c-control-plane"),
	{ pid: 30, parent: 1, argv: ["docker", "exec", "-it", "fl-a-b-workstation", "run", "--name", "fl-a-b-x"] },
	{ pid: 31, parent: 1, argv: ["vim", "create", "--name", "fl-a-b"] },
];

test("finds kind and all below it, of this cluster alone", () => {
	expect(creatorsOf("fl-a-b", processes)).toEqual([10, 11, 12]);
});

test("finds the containers under way of this cluster's lab, whoever began them", () => {
	expect(runsOf("fl-a-b", processes)).toEqual([13, 14]);
});
