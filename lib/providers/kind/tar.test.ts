import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tarArchive } from "./tar.ts";

test("is unpacked by tar with contents, folders and modes", () => {
	const dir = mkdtempSync(join(tmpdir(), "faultline-tar-"));
	const long = `${"deep/".repeat(30)}file-with-a-name.txt`;
	const files = [
		{ path: ".kube/config", content: "secret", mode: 0o600 },
		{ path: "lab/süß.yaml", content: "ä".repeat(700), mode: 0o644 },
		{ path: long, content: "", mode: 0o644 },
	];
	try {
		execFileSync("tar", ["--extract", "--file", "-", "--directory", dir], { input: tarArchive(files) });
		expect(files.map((file) => readFileSync(join(dir, file.path), "utf8"))).toEqual(files.map((file) => file.content));
		expect(statSync(join(dir, ".kube/config")).mode & 0o777).toBe(0o600);
	} finally {
		rmSync(dir, { recursive: true });
	}
});

test("refuses a path that the format can't hold", () => {
	expect(() => tarArchive([{ path: "x".repeat(101), content: "", mode: 0o644 }])).toThrow(RangeError);
});
