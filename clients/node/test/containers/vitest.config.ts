import { defineConfig } from "vitest/config";

// These need a container engine and the image: scripts/container runs them.
export default defineConfig({
  test: { include: ["test/containers/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
});
