import { type AnyDefinition, ConfigError, normalizeName, Registry } from '@gradus/core'
import { type fromSpec, standard } from 'gradus'
import { loadConfigModules } from '../config/config-modules.ts'
import { describeExports, type FoundDefinitions, findDefinitions } from './definitions.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'
import { ModuleLoader } from './module-loader.ts'
import { describeFiles, type PluginFile } from './plugin-files.ts'
import { findPlugin, relativePlugin } from './plugin-path.ts'

/** The registry in which the names of a config or a model file are looked up. */
export type ClassRegistry = typeof standard & NonNullable<Parameters<typeof fromSpec>[1]>

/** The plug-ins of a config, with the classes of this program. */
export interface Plugins {
  readonly registry: ClassRegistry
  readonly loaded: readonly LoadedPlugin[]
  /** The files of all of them. */
  readonly files: readonly PluginFile[]
  /** The plug-ins as a config in `folder` names them; undefined if there are none. */
  namesFor(folder: string): Promise<readonly string[] | undefined>
}

/** A config that is a module. */
export interface ConfigModule {
  /** The absolute path, after links are followed. */
  readonly path: string
  /** The loader that evaluated it. */
  readonly loader: ModuleLoader
}

/** Options of `loadPlugins`. */
export interface PluginOptions {
  /** The folders from which packages are looked for, one after the other. */
  readonly folders: readonly string[]
  /** The config itself, where it is a module with own classes: it is a plug-in if others do not have all of its classes. */
  readonly config?: ConfigModule | undefined
}

/** The classes and functions that `gradus` and its entries export. */
export async function ownDefinitions(): Promise<ReadonlySet<unknown>> {
  const modules = Object.values(await loadConfigModules())
  return new Set(modules.flatMap((module) => Object.values(module)).filter((value) => typeof value === 'function'))
}

/**
 * Loads the plug-ins of a config: files by their absolute paths, packages by their names. Throws `ConfigError` for one that is missing,
 * that cannot be run, that has no classes, or that has a name of another class.
 */
export async function loadPlugins(names: readonly string[] = [], options: PluginOptions): Promise<Plugins> {
  const { folders, config } = options
  const loader = config?.loader ?? new ModuleLoader()
  const loaded: LoadedPlugin[] = []
  const known = names.length > 0 ? await ownDefinitions() : new Set()
  // the config itself comes last: classes that it imports from a plug-in are those of the plug-in
  const ordered = [...new Set(names)].sort((a, b) => Number(a === config?.path) - Number(b === config?.path))
  for (const plugin of ordered) {
    const path = await findPlugin(plugin, folders, loader)
    if (loaded.some((other) => other.path === path)) continue
    const found = await classesOf(plugin, path, loader, known)
    const others = loaded.flatMap(({ definitions }) => definitions)
    const isNew = (one: AnyDefinition) =>
      !others.includes(one) && !(plugin === config?.path && others.some((other) => haveSameName(one, other)))
    const definitions = found.filter(isNew)
    // a run goes on without the config, so its files must not be among those of the plug-ins
    if (plugin === config?.path && definitions.length === 0)
      return loadPlugins(
        names.filter((name) => name !== plugin),
        { folders },
      )
    if (definitions.length === 0) continue
    requireNewNames(plugin, definitions, loaded)
    loaded.push({ plugin, path, definitions })
  }
  return {
    registry: registryWith(
      loaded.flatMap(({ definitions }) => definitions),
      remedyOfConfig,
    ),
    loaded,
    files: await describeFiles(loaded, loader),
    namesFor: async (folder) =>
      loaded.length === 0 ? undefined : Promise.all(loaded.map((one) => nameFor(one, folder, loader))),
  }
}

/** A package by its name where that leads to the same file, else the path of the file. */
async function nameFor({ plugin, path }: LoadedPlugin, folder: string, loader: ModuleLoader): Promise<string> {
  const found = await findPlugin(plugin, [folder], loader).catch(() => undefined)
  return found === path && plugin !== path ? plugin : relativePlugin(path, folder)
}

const remedyOfConfig =
  "A class of your own is in a module, which a config names in plugins: ['./my-layer.ts'], and for a model file --plugin ./my-layer.ts."

function registryWith(definitions: readonly AnyDefinition[], remedy: string): ClassRegistry {
  const all = () => [...standard.definitions, ...definitions]
  return new Registry(all, { remedy }) as unknown as ClassRegistry
}

/** A registry without plug-ins, with the advice for classes that are not found. */
export function plainRegistry(remedy: string = remedyOfConfig): ClassRegistry {
  return registryWith([], remedy)
}

async function classesOf(
  plugin: string,
  path: string,
  loader: ModuleLoader,
  known: ReadonlySet<unknown>,
): Promise<readonly AnyDefinition[]> {
  let exports: unknown
  let found: FoundDefinitions
  try {
    exports = await loader.load(path)
    found = findDefinitions(exports, known) // may run getters of the module
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw new ConfigError(`The plug-in '${plugin}' cannot be run: ${reasonOf(cause)}`, { cause })
  }
  const { definitions, nameless } = found
  const [first] = nameless
  if (first !== undefined) throw new ConfigError(namelessText(first, plugin))
  if (definitions.length > 0) return definitions
  throw new ConfigError(
    `The plug-in '${plugin}' exports no class that a config can name; it exports ${describeExports(exports)}. ` +
      "Expected a class that extends Layer, Loss, Metric, Optimizer, Callback or another such class of gradus and has a name: static readonly type = 'acme/MyLayer'.",
  )
}

/** The message about a class that cannot be found again because it has no name. */
export function namelessText(name: string, source: string): string {
  return `The class ${name} of '${source}' has no name, by which a run and a model file find it again. Add to it: static readonly type = 'acme/${name}'.`
}

/** The first line of the message of an error that a module throws. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.message.replace(/\s*\nRequire stack:[\s\S]*$/, '.').replace(/\s*\n\s*/g, ' ')
}

function namesOf({ type, aliases = [] }: AnyDefinition): string[] {
  return [type, ...aliases].map(normalizeName)
}

function haveSameName(a: AnyDefinition, b: AnyDefinition): boolean {
  return a.kind === b.kind && namesOf(a).some((name) => namesOf(b).includes(name))
}

/** Throws `ConfigError` for a class with the name of one of gradus or of another plug-in. */
function requireNewNames(plugin: string, definitions: readonly AnyDefinition[], loaded: readonly LoadedPlugin[]): void {
  for (const [index, one] of definitions.entries()) {
    const advice = `Give it another static type, such as 'acme/${one.type.replace(/^.*\//, '')}'.`
    const twin = standard.definitions.find((other) => haveSameName(one, other as AnyDefinition))
    if (twin)
      throw new ConfigError(
        `The plug-in '${plugin}' has the ${one.kind} '${one.type}', and gradus has a ${one.kind} of that name. ${advice}`,
      )
    const other = loaded.find(({ definitions }) => definitions.some((named) => haveSameName(one, named)))
    const within = definitions.slice(0, index).some((named) => haveSameName(one, named))
    if (other || within)
      throw new ConfigError(
        other
          ? `The plug-ins '${other.plugin}' and '${plugin}' both have a ${one.kind} '${one.type}'. ${advice}`
          : `The plug-in '${plugin}' has two ${one.kind} classes called '${one.type}'. ${advice}`,
      )
  }
}
