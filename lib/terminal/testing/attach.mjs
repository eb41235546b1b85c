// Stands for `shell-host attach` in tests: joins this terminal, raw already, to a socket of shell-host.ts.
import { connect } from "node:net";

const [socketPath, shellId, from, create] = process.argv.slice(2);
const socket = connect(socketPath);
const size = () => ({ cols: process.stdout.columns, rows: process.stdout.rows });
socket.write(`${JSON.stringify({ shellId, from: Number(from), create: create === "true", ...size() })}\n`);
process.stdin.pipe(socket, { end: false });
process.on("SIGWINCH", () => socket.write(`\x1b_SZ;${JSON.stringify(size())}\x1b\\`));
// The last six bytes, from a zero byte on, are the exit code for this process.
let held = Buffer.alloc(0);
socket.on("data", (chunk) => {
	held = Buffer.concat([held, chunk]);
	const zero = held.indexOf(0, Math.max(0, held.length - 6));
	const ready = zero < 0 ? held : held.subarray(0, zero);
	held = held.subarray(ready.length);
	if (ready.length > 0 && !process.stdout.write(ready)) {
		socket.pause();
		process.stdout.once("drain", () => socket.resume());
	}
});
socket.on("end", () => {
	const code = /^\0EXIT(\d)$/.exec(held.toString("latin1"));
	process.stdout.write(code ? "" : held, () => process.exit(code ? Number(code[1]) : 3));
});
socket.on("error", () => process.exit(3));
