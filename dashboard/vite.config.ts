import { defineConfig } from "vitest/config";

// The page is served from one flat folder (functions/tocsin/adapters/page_files.py), as files.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../functions/tocsin/page",
    emptyOutDir: true,
    assetsDir: "",
    assetsInlineLimit: 0, // the content policy takes no data: addresses
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  esbuild: { jsx: "automatic" },
  test: { include: ["tests/**/*.test.ts"] },
});
