import { expect, test } from "vitest";
import { creatorsOf } from "./orphans.ts";

const kind = (pid: number, name: string) => ({ pid, parent: 1, argv: ["/opt/kind", "create", "cluster", "--name", name, "--image", "x"] });

test("finds kind and all below it, of this cluster alone", () => {
	const processes = [
		kind(10, "fl-a-b"),
		{ pid: 11, parent: 10, argv: ["docker", "exec", "fl-a-b-control-plane", "kubeadm"] },
		{ pid: 12, parent: 11, argv: ["docker-helper"] },
		kind(20, "fl-a-c"),
		{ pid: 21, parent: 20, argv: ["docker"] },
		{ pid: 30, parent: 1, argv: ["docker", "exec", "-it", "fl-a-b-workstation"] },
		{ pid: 31, parent: 1, argv: ["vim", "create", "--name", "fl-a-b"] },
	];
	expect(creatorsOf("fl-a-b", processes)).toEqual([10, 11, 12]);
});
