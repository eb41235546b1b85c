import { readEnv } from "../core/env.ts";
import { tellError } from "./edge.ts";
import { findGo } from "./go-toolchain.ts";

// For scripts: the path of the Go that set-up found or fetched.
const found = await findGo(readEnv().cacheDir, AbortSignal.timeout(30_000));
if (found) process.stdout.write(found.file);
else tellError(new Error("no Go that is new enough; npm start fetches it"));
