import { expect, test } from "vitest";
import { tarArchive } from "../tar.ts";
import { readTar } from "./tar-entries.ts";

const entries = [
	{ path: "var/lib/etcd", type: "folder" as const, mode: 0o700, content: Buffer.alloc(0), target: "", modified: 5 },
	{ path: "var/lib/etcd/db", type: "file" as const, mode: 0o600, content: Buffer.from([1, 2, 3]), target: "", modified: 7 },
	{ path: "etc/link", type: "link" as const, mode: 0o777, content: Buffer.alloc(0), target: "/etc/other", modified: 9 },
];

test("reads back what an archive was made of", () => {
	expect(readTar(Buffer.from(tarArchive(entries)))).toEqual(entries);
});

test("refuses an archive that is cut off", () => {
	const archive = Buffer.from(tarArchive(entries));
	expect(() => readTar(archive.subarray(0, 1026))).toThrow(expect.objectContaining({ code: "bad-archive" }));
});
