import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "src/admin-api.ts", "**/*.js"] },
  ...tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
);
