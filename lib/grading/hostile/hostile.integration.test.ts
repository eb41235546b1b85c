import { afterAll, beforeAll, beforeEach, test } from "vitest";
import { detours } from "./test-support/detours.ts";
import { hostileLab } from "./test-support/hostile-lab.ts";
import { impostors } from "./test-support/impostors.ts";
import { obstacles } from "./test-support/obstacles.ts";
import { races } from "./test-support/races.ts";
import { repairs } from "./test-support/repairs.ts";

const timeoutMs = 15 * 60_000;
const lab = hostileLab("broken-selector", 1);

beforeAll(() => lab.start(), 10 * 60_000);
beforeEach(() => lab.restore(), timeoutMs);
afterAll(() => lab.close(), timeoutMs);

// One lab for all: a cluster of its own would cost each theme a minute.
test.for([...repairs, ...impostors, ...detours, ...races, ...obstacles])("$title", { timeout: timeoutMs }, ({ run }) => run(lab));
