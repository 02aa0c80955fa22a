import { open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { DataError, suggest } from '@gradus/core'
import { useBackend } from '@gradus/tensor'
import { FormatError, loadModel, type Model } from 'gradus'
import { type FileFormat, formatOf, type ModelFile, readModelFile } from 'gradus/io'
import { backendNames, openBackend } from '../backends/backends.ts'
import type { Resolved } from '../config/resolve-config.ts'
import type { Which } from '../flags.ts'
import { type ClassRegistry, loadPlugins, plainRegistry } from '../plugins/load-plugins.ts'
import { changedFile } from '../plugins/plugin-files.ts'
import { absolutePlugin } from '../plugins/plugin-path.ts'
import { pluginsOfRun, type RunPlugins } from '../plugins/run-plugins.ts'
import type { Output } from '../terminal.ts'
import { shownPath } from '../text/shown-path.ts'
import { fileNames } from '../train/file-names.ts'
import { readRunConfig } from '../train/run-files.ts'
import { exists } from '../train/run-folder.ts'
import { allModelFormats, formatNamed } from './formats.ts'

/** Options of `openModel` and `openModelFile`. */
export interface OpenOptions {
  /** The folder that relative paths start from. */
  readonly cwd: string
  /** Which model of a run folder is opened (default `best`, or `last` where the run saved no best one). */
  readonly which?: Which | undefined
  /** Whether the model is compiled as it was when it was saved, with the state of its optimizer (default true). */
  readonly compile?: boolean
  /** The modules with further classes, files and packages, in place of those of the run. */
  readonly plugins?: readonly string[] | undefined
  /** Gets a note where plug-ins have changed since the run (default none). */
  readonly log?: Output
}

/** A decoded model file. */
export interface OpenedFile {
  /** The absolute path of the model file. */
  readonly path: string
  /** The path as a user would give it, relative to `cwd`, for messages. */
  readonly shown: string
  /** The name of the format, such as `safetensors`. */
  readonly format: string
  /** The size of the file, without files beside it. */
  readonly bytes: number
  /** Its contents: spec, options of `compile`, seed, steps, weights. */
  readonly file: ModelFile
  /** The run that the file belongs to; undefined for a file that is in no run folder. */
  readonly run?: RunOfModel
  /**
   * Loads the classes that the model may have: those of gradus, and those of the plug-ins that were given or that the config of the run
   * folder names. Of a run of which only a model file was given, the plug-ins are not loaded. Throws `ConfigError` as `loadPlugins`.
   */
  classes(): Promise<ClassRegistry>
}

/** The run folder of a model. */
interface RunOfModel {
  /** The absolute path. */
  readonly folder: string
  /** Reads the config of the run, with absolute paths. Throws `ConfigError` for a damaged one. */
  config(): Promise<Resolved>
  /** Reads its plug-ins. Throws `DataError` for a damaged `env.json`. */
  plugins(): Promise<RunPlugins>
}

/** A model with the file that it comes from. */
export interface OpenedModel extends OpenedFile {
  readonly model: Model
}

/**
 * Opens a run folder or a model file and builds the model on the current backend. Throws `DataError` where there is no model: a
 * missing path, a folder that is no run, a file with weights only. Throws `FormatError` for damaged files and unknown formats, and
 * `ConfigError` for layers that are not known.
 */
export async function openModel(source: string, options: OpenOptions): Promise<OpenedModel> {
  const opened = await openModelFile(source, options)
  return { ...opened, model: await modelOf(opened, options) }
}

/**
 * Starts a backend, of this program or of a plug-in, and opens a model on it. Throws as `openBackend` and `openModel` do, before it
 * starts the backend where there is no model.
 */
export async function openModelOn(
  backend: string | undefined,
  source: string,
  options: OpenOptions,
): Promise<OpenedModel> {
  const opened = await openModelFile(source, options)
  const isOwn = backend !== undefined && !backendNames.includes(backend)
  await useBackend(await openBackend(backend, isOwn ? await opened.classes() : undefined))
  return { ...opened, model: await modelOf(opened, options) }
}

/** Reads the model file of a run folder, or a file, without building the model and without plug-ins. Throws as `openModel` does. */
export async function openModelFile(source: string, options: OpenOptions): Promise<OpenedFile> {
  const path = await modelPath(source, options)
  const formats = await allModelFormats()
  const file = await readModelFile(path, formats).catch((error: unknown) => rethrowNamed(error, path, options.cwd))
  const format = await formatAt(path, formats)
  const { size } = await stat(path)
  const run = await runOf(path)
  const isFolder = path !== resolve(options.cwd, source)
  let loaded: Promise<ClassRegistry> | undefined
  const classes = () => (loaded ??= classesFor(options, run, isFolder))
  return { path, shown: shownPath(path, options.cwd), format, bytes: size, file, ...(run && { run }), classes }
}

/** The classes of a model. A model file alone never makes this program load code; a run folder does, as its config does. */
async function classesFor(
  { plugins, cwd, log }: OpenOptions,
  run: RunOfModel | undefined,
  isFolder: boolean,
): Promise<ClassRegistry> {
  const { names, files = [] } = (await run?.plugins()) ?? {}
  if (!plugins && !(names && isFolder)) return plainRegistry(run && names && adviceFor(run, cwd))
  const given = plugins?.map((plugin) => absolutePlugin(plugin, cwd))
  const loaded = await loadPlugins(given ?? names, { folders: [given ? cwd : run!.folder] })
  const changed = changedFile(files, loaded.files)
  if (names && changed) {
    log?.write(
      `Note: ${basename(changed)}, which belongs to a plug-in, has changed since ${shownPath(run!.folder, cwd)} was trained.\n`,
    )
  }
  return loaded.registry
}

function adviceFor({ folder }: RunOfModel, cwd: string): string {
  return `Its run has plug-ins, and these are loaded only where the run folder is given: ${shownPath(folder, cwd)}. For the file alone, give each with --plugin.`
}

/** Builds the model of a decoded file. Throws `DataError` for a file with weights only. */
export async function modelOf(
  { file, shown, classes }: OpenedFile,
  { compile = true }: Pick<OpenOptions, 'compile'> = {},
): Promise<Model> {
  if (!file.header.spec) {
    throw new DataError(
      `'${shown}' holds weights only, without the layers. Give a file with the whole model; \`gradus inspect\` lists the tensors of this one.`,
    )
  }
  const decoded: FileFormat<ModelFile> = { name: 'decoded', extensions: [], matches: () => true, read: () => file }
  const model = await loadModel(new Uint8Array(0), { formats: [decoded], compile, registry: await classes() })
  const shape = file.header.inputShapes?.['']
  // a model that is code knows the shapes of its inputs only after a call
  if (!model.network && Array.isArray(shape)) model.build([null, ...(shape.slice(1) as number[])])
  return model
}

/** Throws an error again, with the file in its message. */
function rethrowNamed(error: unknown, path: string, cwd: string): never {
  if (!(error instanceof FormatError) || error.message.includes(basename(path))) throw error
  throw new FormatError(`${shownPath(path, cwd)}: ${error.message}`, { cause: error })
}

async function modelPath(source: string, { cwd, which }: OpenOptions): Promise<string> {
  if (/^https?:/i.test(source)) {
    throw new DataError(`'${source}' is an address. Download the file, then give its path.`)
  }
  const path = resolve(cwd, source)
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => cause.code)
  if (found === undefined || typeof found === 'string') throw new DataError(await unreadable(source, path, found))
  if (!found.isDirectory()) return path
  const names = await readdir(path)
  const wanted = which ? [fileNames[which]] : [fileNames.best, fileNames.last]
  const name = wanted.find((file) => names.includes(file))
  if (name) return join(path, name)
  throw new DataError(noModelIn(source, names, which))
}

function noModelIn(source: string, names: readonly string[], which: Which | undefined): string {
  if (names.includes(fileNames.config)) {
    const other = [fileNames.best, fileNames.last].find((name) => names.includes(name))
    const remedy = other
      ? `It has ${other}.`
      : `Train at least one epoch: gradus train --resume ${source}, or give another run.`
    return `The run '${source}' has no ${which ? fileNames[which] : 'model yet'}. ${remedy}`
  }
  const models = names.filter((name) => /\.(safetensors|keras|h5|hdf5)$|^model\.json$/.test(name))
  const files = models.length > 0 ? ` It holds ${models.slice(0, 5).join(', ')}: give the file.` : ''
  const runs = names.filter((name) => /-\d+$/.test(name))
  const folders = runs.length > 0 ? ` It holds ${runs.slice(0, 5).join(', ')}: give one of these folders.` : ''
  return (
    `'${source}' is a folder, and no run folder: it has no ${fileNames.config}.${files}${folders}` +
    (files || folders ? '' : ' Give a folder such as runs/<name>-1, or a model file.')
  )
}

async function unreadable(source: string, path: string, code: string | undefined): Promise<string> {
  if (code !== 'ENOENT' && code !== 'ENOTDIR') return `'${source}' cannot be read: ${code ?? 'unknown reason'}.`
  const siblings = await readdir(dirname(path)).catch(() => undefined)
  if (siblings === undefined) return `There is no file or folder '${source}'. Check the path.`
  const hint = siblings.length === 0 ? ' Its folder is empty.' : suggest(basename(path), siblings.slice(0, 20))
  return `There is no file or folder '${source}'.${hint || ' Check the path.'}`
}

/** The name of the format of a file: of those that match, the one with its extension. */
async function formatAt(path: string, formats: readonly FileFormat<ModelFile>[]): Promise<string> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(4096), 0, 4096, 0)
    const start = buffer.subarray(0, bytesRead)
    const named = formatNamed(formats, path)
    return (named?.matches(start, path) ? named : formatOf(formats, start, path)).name
  } finally {
    await handle.close()
  }
}

async function runOf(path: string): Promise<RunOfModel | undefined> {
  const folder = dirname(path)
  const isModelOfRun = [fileNames.best, fileNames.last, fileNames.checkpoint].some((name) => name === basename(path))
  const file = join(folder, fileNames.config)
  if (!isModelOfRun || !(await exists(file))) return undefined
  const config = async () => (await readRunConfig(folder)).config
  return { folder, config, plugins: () => pluginsOfRun(folder) }
}
