// The program that a page, a worker and Node run: it loads one model from everywhere and saves it everywhere.
import { type FileSource, listFiles, readFile, removeFile } from '@gradus/io'
import { loadModel, type Model, type Sequential } from 'gradus'
import { formats, newModel, prediction, saveAs, trainedModel } from './files-model.ts'

/** The platform on which the program runs, and what it tries there. */
export interface Host {
  /** The address of the server of files. */
  readonly server: string
  /** The address of a server of another origin that permits pages of all origins. */
  readonly elsewhere: string
  /** The beginnings of paths and addresses where the model is saved and loaded, such as `opfs://models/`. */
  readonly places: readonly string[]
  /** Paths and addresses that cannot be loaded. */
  readonly refused: readonly string[]
  /** Paths and addresses to which nothing can be saved. */
  readonly unwritable: readonly string[]
  /** The names of files in the folder `found` of the server that are no models. */
  readonly found: readonly string[]
}

/** The results of the program. */
export interface Report {
  /** `equal` or the message of an error, by format and place. */
  readonly loaded: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly listed: readonly string[]
  readonly afterRemoval: readonly string[]
  /** The messages for files that are no models, by their names. Those of a `File` are after `File`. */
  readonly refusals: Readonly<Record<string, string>>
}

type Loaded = Pick<Model, 'predict'>

async function load(source: FileSource, format: string, files?: readonly File[]): Promise<Loaded> {
  const options = files ? { files } : {}
  if (format !== 'weights') return loadModel(source, options)
  const model = newModel()
  await model.loadWeights(source, options)
  return model
}

/** Loads the files of a format from everywhere. */
async function tryFormat(format: string, model: Sequential, { server, elsewhere, places }: Host) {
  const expected = await prediction(model)
  const results: Record<string, string> = {}
  const tryTo = async (place: string, loads: () => Promise<Loaded>) => {
    results[place] = await loads()
      .then(prediction)
      .then((text) => (text === expected ? 'equal' : `predicts ${text.slice(0, 100)}`), messageOf)
  }
  const names = formats[format]!
  const main = names[0]!
  for (const kind of ['ranges', 'dates', 'tags', 'plain', 'pieces', 'broken', 'changing'])
    await tryTo(kind, () => load(`${server}/${kind}/${main}`, format))
  await tryTo('query', () => load(`${server}/plain/${main}?version=1`, format))
  await tryTo('URL', () => load(new URL(`${server}/plain/${main}`), format))
  await tryTo('other origin', () => load(`${elsewhere}/ranges/${main}`, format))
  const files = await Promise.all(names.map((name) => fileAt(`${server}/plain/${name}`)))
  const bytes = new Uint8Array(await files[0]!.arrayBuffer())
  await tryTo('Response', async () => load(await fetch(`${server}/plain/${main}`), format, files))
  await tryTo('File', () => load(files[0]!, format, files))
  await tryTo('restore', async () => {
    if (format === 'weights') return load(files[0]!, format)
    const resumed = newModel()
    await resumed.restore(files[0]!, { files })
    return resumed
  })
  await tryTo('weights alone', async () => {
    const fresh = newModel()
    await fresh.loadWeights(`${server}/ranges/${main}`)
    return fresh
  })
  await tryTo('Blob', () => load(new Blob([bytes]), format, files))
  await tryTo('bytes', () => load(bytes, format, files))
  await tryTo('ArrayBuffer', () => load(bytes.buffer, format, files))
  await tryTo('data:', () => load(dataAddress(bytes), format, files))
  const blob = URL.createObjectURL(files[0]!)
  await tryTo('blob:', () => load(blob, format, files))
  URL.revokeObjectURL(blob)
  for (const place of places) {
    await tryTo(place, async () => {
      // the second one replaces the first
      for (const _ of [1, 2]) await saveAs(model, `${place}${main}`, format)
      return load(`${place}${main}`, format)
    })
  }
  return results
}

/** Runs the program. */
export async function run(host: Host): Promise<Report> {
  const { server, places, refused, unwritable, found } = host
  const model = await trainedModel()
  const loaded: Record<string, Record<string, string>> = {}
  for (const format of Object.keys(formats)) loaded[format] = await tryFormat(format, model, host)
  const kinds = places.flatMap((place) => /^(indexeddb|opfs):\/\//.exec(place)?.[0] ?? [])
  const listed = async () => (await Promise.all(kinds.map((kind) => listFiles(kind)))).flat()
  const saved = await listed()
  for (const address of [...saved, ...saved]) await removeFile(address)
  const refusals: Record<string, string> = {}
  for (const source of refused) refusals[source] = await loadModel(source).then(() => 'loaded', messageOf)
  for (const target of unwritable) refusals[`to ${target}`] = await model.save(target).then(() => 'saved', messageOf)
  for (const name of found) {
    const address = `${server}/plain/found/${name}`
    refusals[name] = await loadModel(address).then(() => 'loaded', messageOf)
    const file = await fileAt(address)
    refusals[`File ${name}`] = await loadModel(file).then(() => 'loaded', messageOf)
  }
  return { loaded, listed: saved, afterRemoval: await listed(), refusals }
}

const messageOf = ({ name, message }: Error) => `${name}: ${message}`

async function fileAt(address: string): Promise<File> {
  const bytes = (await readFile(address)) as Uint8Array<ArrayBuffer>
  return new File([bytes], address.replace(/^.*\//, ''))
}

function dataAddress(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return `data:application/octet-stream;base64,${btoa(text)}`
}
