/**
 * mockservers for Node: start a server, create tenants, and fail a test on losses.
 *
 *     import { start } from "mockservers";
 *
 *     const server = await start();
 *     const fanship = await server.tenant("fanship");
 *     await upload(fanship.url, fanship.credentials.token);
 *     await fanship.clock.toNext("ingest");
 *     await fanship.check();      // throws a LossError with the table of what was lost
 *     await server.stop();
 */
export type { Schemas } from "./admin.js";
export { AdminError, LossError, MockserversError, ServerUnavailable } from "./errors.js";
export { connect, server, start, type MockServer, type StartOptions, type TenantOptions } from "./server.js";
export type { CredentialsOf, Level, State, Tenant, Vendor, VendorCredentials } from "./tenant.js";
