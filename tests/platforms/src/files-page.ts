// The program of files in a page and in its worker. The results are in `findings`.
import { listFiles, removeFile } from '@gradus/io'
import { Dense, loadModel, Sequential } from 'gradus'
import { formats, prediction, saveAs, trainedModel } from './files-model.ts'
import { type Host, type Report, run } from './files-program.ts'

/** The results from the page. */
export interface FileFindings {
  readonly page: Report
  readonly worker: Report
  /** `equal` or the message of an error, by the form of a file or of its path. */
  readonly forms: Readonly<Record<string, string>>
}

interface Folder {
  getFileHandle(name: string, options: { create: true }): Promise<never>
}

const scope = globalThis as unknown as {
  readonly document?: object
  readonly location: { readonly origin: string; readonly href: string }
  readonly navigator: { readonly storage: { getDirectory(): Promise<Folder>; estimate(): Promise<{ usage: number }> } }
  readonly Worker: new (
    address: string | URL,
    options: { type: 'module' },
  ) => { onmessage: (event: { data: unknown }) => void; onerror: (event: { message: string }) => void }
  postMessage(value: unknown): void
}

const host = async (place: string): Promise<Host> =>
  (await fetch(`${scope.location.origin}/plain/${place}.json`)).json() as Promise<Host>

/** Starts a worker, and returns its first message. */
function messageOf(address: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new scope.Worker(address, { type: 'module' })
    worker.onmessage = ({ data }) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(message))
  })
}

async function findingsOfPage(): Promise<FileFindings> {
  const page = await run(await host('page'))
  const model = await trainedModel()
  const expected = await prediction(model)
  const forms: Record<string, string> = {}
  const check = async (name: string, source: Parameters<typeof loadModel>[0]) => {
    const found = await loadModel(source).then(prediction, (error: Error) => error.message)
    forms[name] = found === expected ? 'equal' : found
  }
  const handle = await (await scope.navigator.storage.getDirectory()).getFileHandle('handle.keras', { create: true })
  await model.save(handle)
  await check('handle', handle)
  await removeFile('opfs://handle.keras')
  await check('path', 'digits.keras')
  await check('path with folders', '../plain/digits.json')
  await check('path from the root', '/plain/digits.h5')
  for (const [format, [name]] of Object.entries(formats)) await saveAs(model, `downloads://${name}`, format)
  const worker = (await messageOf('page.js')) as Report
  const code = new Blob([`import ${JSON.stringify(new URL('page.js', scope.location.href).href)}`], {
    type: 'text/javascript',
  })
  forms['worker of a blob'] = String(await messageOf(`${URL.createObjectURL(code)}`))
  return { page, worker, forms }
}

/** A worker that is a blob has no folder; its paths begin at the root of the page. */
async function findingsOfBlob(): Promise<string> {
  const model = await trainedModel()
  const loaded = await loadModel('/plain/digits.keras')
  return (await prediction(model)) === (await prediction(loaded)) ? 'equal' : 'different'
}

/** Saves a small file, and returns the bytes of all files of the page. */
async function keepSmall(): Promise<number> {
  await new Sequential([new Dense({ units: 1, inputShape: [1] })]).save('opfs://small/kept')
  return (await scope.navigator.storage.estimate()).usage
}

/** Saves a model where another one lies and where none does. Returns the messages, the files and the number of weights of the old one. */
async function fullStorage(): Promise<unknown> {
  const model = await trainedModel()
  const addresses = ['opfs://small/kept', 'opfs://small/new']
  const save = (address: string) =>
    model.save(address).then(
      () => 'saved',
      ({ message }: Error) => message,
    )
  const messages = [await save(addresses[0]!), await save(addresses[1]!)]
  const listed = (await listFiles('opfs://')).filter((address) => address.startsWith('opfs://small/'))
  return { messages, listed, weights: (await loadModel(addresses[0]!)).countParams() }
}

const failed = (error: Error) => ({ failed: error.stack ?? String(error) })
if (scope.document) Object.assign(scope, { findings: findingsOfPage().catch(failed), keepSmall, fullStorage })
else {
  const found = scope.location.href.startsWith('blob:') ? findingsOfBlob() : host('worker').then(run)
  scope.postMessage(await found.catch(failed))
}
