/** What the compiler refuses: `tsc` fails when a line below a `@ts-expect-error` is right. */
import { start } from "../src/index.js";

const server = await start();
const fanship = await server.tenant("fanship");
const acme = await server.tenant("acme");

fanship.credentials.token.trim();
acme.credentials["whatever a fifth vendor has"]?.trim();

// @ts-expect-error: a misspelt credential
String(fanship.credentials.tokne);
// @ts-expect-error: a credential of another vendor
String(fanship.credentials.api_key);
// @ts-expect-error: a misspelt method
String(fanship.clock.toNxt);
// @ts-expect-error: a misspelt key of a fault
await fanship.faults.plan({ effect: "reset", cuont: 1 });
// @ts-expect-error: no such level
await fanship.check("silnet");
// @ts-expect-error: a misspelt option
await server.tenant("fanship", { nwo: "2026-01-16T06:00:00+09:00" });
