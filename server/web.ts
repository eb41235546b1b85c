import { createServer } from "node:http";
import { join } from "node:path";
import next from "next";
import { readEnv } from "../lib/core/env.ts";
import { createLogger } from "../lib/core/log.ts";
import { createWebServer } from "./web-server.ts";

/** How long requests under way may take when the process is asked to end. */
const graceMs = 3_000;

const env = readEnv();
const log = createLogger("web", env.logLevel);

const app = next({
	dev: false,
	dir: join(import.meta.dirname, ".."),
	hostname: env.host,
	port: env.port,
	// Next listens for upgrades on the server it is told of, and ends those it knows nothing of: it is told of one that never gets any.
	httpServer: createServer(),
});
await app.prepare();
const handlePage = app.getRequestHandler();

const server = createWebServer({
	host: env.host,
	port: env.port,
	origins: env.origins,
	socketPath: join(env.dataDir, "engine.sock"),
	log,
	handlePage,
});

server.on("error", (error: NodeJS.ErrnoException) => {
	const taken = error.code === "EADDRINUSE";
	log.fatal({ code: error.code }, taken ? `Port ${env.port} is taken. FAULTLINE_PORT=<another> npm start` : error.message);
	process.exit(1);
});
server.listen(env.port, env.host, () => log.info({ host: env.host, port: env.port }, "web is serving"));

let ending = false;
function end(signal: NodeJS.Signals): void {
	if (ending) return;
	ending = true;
	log.info({ signal }, "web ends");
	server.close(() => process.exit(0));
	server.closeIdleConnections();
	setTimeout(() => server.closeAllConnections(), graceMs).unref();
}
process.on("SIGTERM", end);
process.on("SIGINT", end);
