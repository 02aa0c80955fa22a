/** Imports a package that may not be installed. Bundlers do not resolve it, because its name is not in the code. */
export function importPackage(name: string): Promise<Record<string, unknown>> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<Record<string, unknown>>
}
