import { config } from "zod";

// zod tries `new Function` first, which the Content-Security-Policy forbids and the browser's console then reports.
config({ jitless: true });
