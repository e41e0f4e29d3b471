import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["test/lossy/vitest.lossy.ts"], testTimeout: 30_000 } });
