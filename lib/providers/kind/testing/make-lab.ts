import { systemClock } from "../../../core/clock.ts";
import { createLogger } from "../../../core/log.ts";
import { createKindProvider } from "../kind-provider.ts";

// An engine to be killed: makes the lab of its argument and names each step on standard output.
const { options, spec } = JSON.parse(process.argv[2] ?? "");
const provider = createKindProvider({ ...options, log: createLogger("killed", "silent"), clock: systemClock });
await provider.create(spec, { signal: new AbortController().signal, onStep: (step) => console.log(step) });
