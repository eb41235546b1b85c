import { join } from "node:path";
import { readEnv } from "../lib/core/env.ts";
import { createEngineClient, type EngineClient } from "../lib/protocol/client.ts";

/**
 * The engine as pages and routes reach it. A client holds no connection, so one for each bundle that Next makes is as
 * good as one for all.
 */
export function engine(): EngineClient {
	return createEngineClient(join(readEnv().dataDir, "engine.sock"));
}
